import { jsonBody, localRoute } from '../support/local-route.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import type { FaultBook, FaultView } from './book.ts';
import { type Fault, faultInput } from './model.ts';

export interface FaultRouteDependencies {
  readonly book: FaultBook;
  /** What a fault does as soon as it is there; throws an `AwsError` where it cannot be. */
  begin(fault: Fault, id: string): void;
}

/**
 * `/_local/faults`: what goes wrong on request.
 *
 * - `POST {"kind": "event-lost", "count": 3, "detailType": "ECS Task State Change"}` answers with the fault's id.
 * - `GET` lists them with how often each has struck; `DELETE /_local/faults/<id>` ends one, `DELETE` all.
 *
 * Kinds and their members are in `model.ts`.
 */
export function faultRoute({ book, begin }: FaultRouteDependencies): Route {
  const add = (input: unknown): FaultView => {
    const fault = parsed(input);
    const view = book.add(fault);
    try {
      begin(fault, view.id);
    } catch (error) {
      book.delete(view.id);
      throw error;
    }
    return viewOf(book, view.id);
  };
  return localRoute(
    '/_local/faults',
    {
      GET: ({ rest }) => (rest === '' ? { faults: book.all() } : viewOf(book, rest)),
      POST: ({ body }) => add(jsonBody(body)),
      DELETE({ rest }) {
        if (rest === '') book.clear();
        else if (!book.delete(rest)) throw unknown(rest);
        return {};
      },
    },
    { takesRest: true },
  );
}

function parsed(input: unknown): Fault {
  const result = faultInput.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.');
  throw new AwsError('ValidationException', `${path ? `${path}: ` : ''}${issue?.message ?? 'not a fault'}`);
}

function viewOf(book: FaultBook, id: string): FaultView {
  const found = book.all().find((view) => view.id === id);
  if (!found) throw unknown(id);
  return found;
}

const unknown = (id: string) => new AwsError('ResourceNotFoundException', `There is no fault ${id}.`, 404);
