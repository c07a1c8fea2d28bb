import { basename } from 'node:path';
import { layers, nodePackages, packageName } from './layers.js';

const known = new Map(Object.keys(layers).map((layer) => [packageName(layer), layer]));

/** The layer and file name of a source file, or undefined for anything that is not package source. */
function place(file) {
  const found = /packages\/([^/]+)\/src\/(.+)$/.exec(file.replaceAll('\\', '/'));
  return found && found[1] in layers ? { layer: found[1], path: found[2] } : undefined;
}

/** Why `source` may not be imported from the file at `file`; undefined when it may. */
export function forbidden(file, source) {
  const at = place(file);
  if (!at) return undefined;
  if (source.startsWith('.')) {
    const depth = at.path.split('/').length;
    const up = source.split('/').filter((part) => part === '..').length;
    return up >= depth ? `'${source}' leaves the package: import other packages by name` : undefined;
  }
  if (source.startsWith('node:')) {
    const allowed = nodePackages.includes(at.layer) && basename(at.path).includes('node');
    return allowed ? undefined : `'${source}': only files named *node* in ${nodePackages.join(', ')} may import it`;
  }
  const name = source.startsWith('@') ? source.split('/').slice(0, 2).join('/') : source.split('/')[0];
  const target = known.get(name);
  if (target === undefined) return `'${source}' is no package of this workspace: the product has no other dependencies`;
  if (layers[at.layer].includes(target)) return undefined;
  return `${packageName(at.layer)} may not import ${name}: it is not below it (scripts/layers.js)`;
}

const layerRule = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{why}}.' } },
  create(context) {
    const check = (node) => {
      if (typeof node?.value !== 'string') return;
      const why = forbidden(context.filename, node.value);
      if (why) context.report({ node, messageId: 'forbidden', data: { why } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
    };
  },
};

export default { rules: { layers: layerRule } };
