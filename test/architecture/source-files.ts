/** The source tree as the architecture tests see it: every file of ours and what it imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '..', '..');
const TREES = ['dicom', 'models', 'server', 'viewer-extension', 'scripts', 'test'];

export interface Import {
  /** Path from the root for our own files; the specifier as written for libraries. */
  readonly target: string;
  readonly isOurs: boolean;
  readonly isTypeOnly: boolean;
}

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Every TypeScript file below the top-level folders. */
export function sourceFiles(): readonly SourceFile[] {
  return TREES.flatMap((tree) =>
    readdirSync(join(ROOT, tree), { recursive: true, encoding: 'utf8' })
      .map((path) => join(tree, path).replaceAll('\\', '/'))
      .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules')),
  ).map(read);
}

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const isTypeOnly = ts.isImportDeclaration(node) ? isTypeImport(node) : node.isTypeOnly;
      imports.push(importOf(path, node.moduleSpecifier.text, isTypeOnly));
    }
    const isDynamic =
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require');
    const [argument] = isDynamic ? node.arguments : [];
    if (argument && ts.isStringLiteral(argument)) imports.push(importOf(path, argument.text, false));
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return { path, text, lines: text.trimEnd().split('\n').length, imports };
}

function isTypeImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return (
    !clause.name &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

function importOf(from: string, specifier: string, isTypeOnly: boolean): Import {
  const isOurs = specifier.startsWith('.');
  const target = isOurs
    ? relative(ROOT, resolve(ROOT, dirname(from), specifier)).replaceAll('\\', '/')
    : specifier;
  return { target, isOurs, isTypeOnly };
}
