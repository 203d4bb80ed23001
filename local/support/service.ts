/**
 * One AWS service of Local AWS behind the common endpoint.
 *
 * JSON services are found by the prefix of `X-Amz-Target`; query services by the `Version` of their form body.
 */
export interface AwsService {
  /** For people and for `/_local/health`, for example `ecs`. */
  readonly name: string;
  /** For example `AmazonEC2ContainerServiceV20141113`; the action follows after a dot. */
  readonly targetPrefix?: string;
  /** For services of the query protocol, for example `2015-12-01`. */
  readonly queryVersion?: string;
  /**
   * For query services that want their forms as structures and answer with one, as in JSON: the namespace of
   * their XML, for example `http://monitoring.amazonaws.com/doc/2010-08-01/`.
   */
  readonly xmlNamespace?: string;
  /** For services that also speak RPC v2 over CBOR: the namespace of their shapes, for example `com.amazonaws.cloudwatch`. */
  readonly shapeNamespace?: string;
  /** Answers with the output as the SDK's shape has it (dates as epoch seconds or as `Timestamp`s), or throws an `AwsError`. */
  call(action: string, input: Record<string, unknown>, caller: Caller): Promise<unknown> | unknown;
}

/** Who signs the request: the access key that came with it, undefined when it was not signed. */
export interface Caller {
  readonly accessKeyId?: string;
}

/** The answer is not to arrive: the connection is cut, whatever the call has done. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

/** An error as AWS words it; `fields` are further members of the modelled exception. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}
