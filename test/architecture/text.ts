import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Slip {
  readonly pattern: RegExp;
  readonly advice: string;
}

const slips: readonly Slip[] = [
  {
    pattern: /(?<![\w.~-])\/(?:work|root|home\/[a-z]\w*|Users\/[A-Za-z]\w*)\/\w/,
    advice: 'is a path of one machine; derive it from the file’s own place, or take it as an option',
  },
  {
    pattern:
      /\b(?:registry\.(?:npmjs|yarnpkg)\.\w+|npm\.pkg\.github\.com|deb\.debian\.org|files\.pythonhosted\.org)\b/,
    advice: 'names a registry; the machine’s own settings say where packages come from',
  },
];

/** Lines that hold on one machine only. */
export function machineBound(files: readonly { readonly path: string; readonly text: string }[]): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) =>
      slips.flatMap(({ pattern, advice }) => {
        const found = pattern.exec(line)?.[0];
        return found === undefined ? [] : [`${path}:${index + 1} ${found} ${advice}`];
      }),
    ),
  );
}

/** The text files under version control, and those about to be. */
export function trackedFiles(root: string): { path: string; text: string }[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  return list
    .toString()
    .split('\0')
    .filter((path) => path !== '')
    .flatMap((path) => {
      try {
        const text = readFileSync(join(root, path), 'utf8');
        return text.includes('\0') ? [] : [{ path, text }];
      } catch {
        return [];
      }
    });
}
