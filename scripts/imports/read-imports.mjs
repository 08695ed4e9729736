import ts from 'typescript';

const READ_SYNCHRONOUSLY = new Set(['dataSync', 'arraySync']);

/**
 * The modules a source file names, and the synchronous reads of tensors in it.
 * @returns {{ imports: { specifier: string, typeOnly: boolean }[], syncReads: string[] }}
 */
export function readImports(path, text) {
  const imports = [];
  const syncReads = [];
  const found = (node, typeOnly) => {
    if (node && ts.isStringLiteralLike(node)) imports.push({ specifier: node.text, typeOnly });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) found(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) found(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node)) found(node.argument.literal, true);
    else if (ts.isCallExpression(node) && loads(node.expression)) found(node.arguments[0], false);
    else if (ts.isPropertyAccessExpression(node) && READ_SYNCHRONOUSLY.has(node.name.text)) {
      syncReads.push(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { imports, syncReads };
}

function loads(callee) {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function isTypeOnly(clause) {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return (
    !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly)
  );
}
