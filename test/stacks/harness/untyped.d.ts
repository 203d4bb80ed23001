// SST's own sources import these two, whose types are not installed with it.
declare module 'archiver';
declare module 'bun' {
  export type Shell = unknown;
}
