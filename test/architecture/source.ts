import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

/** What the rules are about: a TypeScript file of the project, by its path from the root. */
export interface Source {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Files that are named in strings, to be started or bundled: they are used, though not imported. */
  readonly names: readonly string[];
  readonly functions: readonly FunctionSize[];
  /** Words that make a function depend on more than its arguments, where they are used as such. */
  readonly impurities: readonly { readonly word: string; readonly line: number }[];
}

export interface Import {
  /** A path from the root for the project's own files, else the package or `node:` module. */
  readonly target: string;
  readonly isOwn: boolean;
  /** Of types only, so that nothing of it is there at run time. */
  readonly isOfTypes: boolean;
  readonly line: number;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** Reads every file of the project in `root` that `config`, a tsconfig.json, includes. */
export function readSources(root: string, config = join(root, 'tsconfig.json')): Source[] {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProject: config });
    const [project] = snapshot.getProjects();
    if (!project) throw new Error(`${config} does not make a project`);
    return project.program
      .getSourceFileNames()
      .filter((name) => name.startsWith(root + sep) && !name.includes(`${sep}node_modules${sep}`))
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => {
        const file = project.program.getSourceFile(name);
        if (!file) throw new Error(`${name} could not be read`);
        return readSource(root, name, file);
      });
  } finally {
    api.close();
  }
}

const impureWords = new Set([
  'Date',
  'Promise',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

const functionKinds = new Set([
  SyntaxKind.ArrowFunction,
  SyntaxKind.Constructor,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.GetAccessor,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.SetAccessor,
]);

function readSource(root: string, name: string, file: SourceFile): Source {
  const lineOf = lineFinder(file.text);
  const imports: Import[] = [];
  const names: string[] = [];
  const functions: FunctionSize[] = [];
  const impurities: { word: string; line: number }[] = [];

  const visit = (node: Node): void => {
    const line = lineOf(node.getStart(file));
    const specifier = specifierOf(node);
    if (specifier !== undefined)
      imports.push({ ...targetOf(root, name, specifier), isOfTypes: isOfTypes(node), line });
    else if (isText(node)) names.push(...namedFiles(root, name, node.text));
    if (functionKinds.has(node.kind) && 'body' in node && node.body)
      functions.push({ name: nameOf(node), line, lines: lineOf(node.end) - line + 1 });
    const word = impureWord(node, file);
    if (word !== undefined) impurities.push({ word, line });
    node.forEachChild((child) => void visit(child));
  };
  visit(file);
  const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
  return { path: slashed(relative(root, name)), lines, imports, names, functions, impurities };
}

const isText = (node: Node): node is Node & { text: string } =>
  node.kind === SyntaxKind.StringLiteral || node.kind === SyntaxKind.NoSubstitutionTemplateLiteral;

/** The module of `import … from`, `export … from`, `import('…')` and of a type's `import('…')`. */
function specifierOf(node: Node): string | undefined {
  if (!isText(node)) return undefined;
  const { parent } = node;
  const isStatement = [SyntaxKind.ImportDeclaration, SyntaxKind.ExportDeclaration].includes(parent.kind);
  const isCall =
    parent.kind === SyntaxKind.CallExpression &&
    'expression' in parent &&
    (parent.expression as Node).kind === SyntaxKind.ImportKeyword;
  const isInType = parent.parent?.kind === SyntaxKind.ImportType;
  return isStatement || isCall || isInType ? node.text : undefined;
}

/** Every import in a type, and `import type` and `export type`; `verbatimModuleSyntax` keeps all others. */
function isOfTypes({ parent }: Node): boolean {
  if (parent.kind === SyntaxKind.ExportDeclaration)
    return 'isTypeOnly' in parent && parent.isTypeOnly === true;
  if (parent.kind !== SyntaxKind.ImportDeclaration) return parent.parent?.kind === SyntaxKind.ImportType;
  const clause =
    'importClause' in parent ? (parent.importClause as { phaseModifier?: SyntaxKind }) : undefined;
  return clause?.phaseModifier === SyntaxKind.TypeKeyword;
}

function targetOf(root: string, name: string, specifier: string): Pick<Import, 'target' | 'isOwn'> {
  if (specifier.startsWith('.'))
    return { target: slashed(relative(root, resolve(dirname(name), specifier))), isOwn: true };
  const parts = specifier.split('/');
  const target = specifier.startsWith('node:')
    ? specifier
    : parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return { target, isOwn: false };
}

function namedFiles(root: string, name: string, text: string): string[] {
  if (!/^[\w./-]+\.tsx?$/.test(text)) return [];
  return [resolve(dirname(name), text), resolve(root, text)]
    .filter((path) => existsSync(path))
    .map((path) => slashed(relative(root, path)));
}

function impureWord(node: Node, file: SourceFile): string | undefined {
  if (node.kind === SyntaxKind.AwaitExpression) return 'await';
  if (node.kind === SyntaxKind.AsyncKeyword) return 'async';
  if (node.kind === SyntaxKind.PropertyAccessExpression) {
    const text = node.getText(file);
    return text === 'Math.random' ? text : undefined;
  }
  if (node.kind !== SyntaxKind.Identifier) return undefined;
  const word = node.getText(file);
  const isName = 'name' in node.parent && node.parent.name === node;
  return impureWords.has(word) && !isName && !readsGivenMoment(node.parent, file) ? word : undefined;
}

/** `Date.parse(text)` and `new Date(ms)` are functions of what they are given; `new Date()` and `Date.now()` are not. */
function readsGivenMoment(use: Node, file: SourceFile): boolean {
  if (use.kind === SyntaxKind.PropertyAccessExpression)
    return ['Date.parse', 'Date.UTC'].includes(use.getText(file));
  const given = 'arguments' in use ? (use.arguments as readonly Node[] | undefined) : undefined;
  return use.kind === SyntaxKind.NewExpression && given !== undefined && given.length > 0;
}

/** A function's own name, or that of what it is given to. */
function nameOf(node: Node): string {
  for (const named of [node, node.parent]) {
    if ('name' in named && named.name) return (named.name as Node).getText();
  }
  return 'a function';
}

function lineFinder(text: string): (position: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (position) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

const slashed = (path: string) => path.split(sep).join('/');
