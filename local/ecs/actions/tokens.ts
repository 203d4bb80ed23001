import { createHash } from 'node:crypto';

/** What makes two requests the same but for their token; inputs are parsed, so members are in a fixed order. */
export function requestDigest(input: { readonly clientToken?: string | undefined }): string {
  const { clientToken: _, ...rest } = input;
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64url');
}
