import { receiveGitHub } from './github/receive.ts';
import type { GitHubDependencies } from './ports.ts';
import type { OperationTable } from './table.ts';

/** What takes in what GitHub tells. */
export const gitHubOperations = { receiveGitHub } satisfies OperationTable<GitHubDependencies>;
