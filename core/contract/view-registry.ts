import * as z from 'zod/mini';

/** What the API shows, by the name that each shape has in OpenAPI. */
export const views = z.registry<{ id: string }>();

export const shown = <Schema extends z.core.$ZodType>(id: string, schema: Schema): Schema => {
  views.add(schema, { id });
  return schema;
};

/** ISO 8601, in UTC. */
export const moment = z.iso.datetime();
export const count = z.int().check(z.minimum(0));

/** One page of a list; `next` is given back as `after`. */
export const pageOf = <Item extends z.core.$ZodType>(id: string, item: Item) =>
  shown(id, z.object({ items: z.array(item), next: z.optional(z.string()) }));
