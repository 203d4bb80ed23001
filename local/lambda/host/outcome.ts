/** How Lambda tells of an error. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** What came of one invocation; the payload is JSON. */
export type Outcome =
  | { readonly state: 'succeeded'; readonly payload: string }
  | { readonly state: 'failed'; readonly error: FunctionError }
  | { readonly state: 'throttled' };

/** What the host tells its worker. */
export interface InvokeMessage {
  readonly requestId: string;
  readonly payload: string;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
}

/** What the worker tells its host. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'init-failed'; readonly error: FunctionError }
  | { readonly type: 'done'; readonly requestId: string; readonly outcome: Outcome };

/** What a worker is born with. */
export interface WorkerData {
  readonly entry: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

export const maximumPayloadBytes = 6 * 1024 * 1024;
