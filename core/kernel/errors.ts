/** Every way in which Berth refuses or fails, with its HTTP status and what it means to a caller. */
export const errorKinds = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'It cannot be told who asks' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The path does not answer to this method' },
  conflict: { status: 409, title: 'The request conflicts with what is there' },
  'idempotency-conflict': { status: 409, title: 'The idempotency key was used for another request' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body has to be JSON' },
  throttled: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Berth failed' },
  unavailable: { status: 503, title: 'Something that Berth needs does not answer' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorKind = keyof typeof errorKinds;

/** One thing wrong with a request: `path` is a JSON pointer into it. */
export interface FieldError {
  readonly path: string;
  readonly detail: string;
}

/** An error that a caller is told; `detail` says what to do. */
export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly kind: ErrorKind;
  readonly fields: readonly FieldError[];

  constructor(kind: ErrorKind, detail: string, fields: readonly FieldError[] = []) {
    super(detail);
    this.kind = kind;
    this.fields = fields;
  }
}

/** An effect that cannot succeed however often it is tried. Every other error of an effect is tried again. */
export class FinalFailure extends Error {
  override readonly name = 'FinalFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The aggregate kept changing under us; whoever asked asks again. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}
