// Which of our packages may import which, and how other packages must be declared.
import { isBuiltin } from 'node:module';

const ANYTHING = ['lab', 'playground'];
const MAY_IMPORT = { core: [], backends: ['core'], datasets: ['core'], activations: ['core'] };
const TECHNIQUE = ['core', 'activations'];
// A test may prepare a device and load data, whatever its package is.
const TESTS_ALSO = ['backends', 'datasets'];

/**
 * Says what is wrong with `specifier`, imported in `file` of the workspace folder `from`; `undefined` if nothing is.
 * @param {string} specifier A bare specifier, not a relative one.
 * @param {{ name: string, manifest: object }} from
 * @param {string} file Path inside the folder.
 * @param {{ packages: Map<string, object>, rootManifest: object }} workspace
 */
export function importFault(specifier, from, file, { packages, rootManifest }) {
  if (isBuiltin(specifier)) return undefined;
  const [, target, subpath] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(specifier);
  const isTest = /\.test\.ts$|(^|\/)(testing|bench)(\/|\.ts$)/.test(file);
  if (target === '@tensorflow/tfjs') return 'import @tensorflow/tfjs-core and -layers, not the union package';
  if (target.startsWith('@tensorflow/') && subpath) return `import ${target} at its root only`;
  if (target.startsWith('@arborize/')) {
    const fault = ownPackageFault(target, subpath, from, file, isTest, packages);
    if (fault || target === from.manifest.name) return fault;
  }
  return declared(target, from.manifest, isTest && rootManifest)
    ? undefined
    : `${target} is not declared in the package.json of ${from.name}`;
}

function ownPackageFault(target, subpath, from, file, isTest, packages) {
  const manifest = packages.get(target);
  if (!manifest) return `${target} is not a package of this workspace`;
  if (!manifest.exports?.[subpath ? `./${subpath}` : '.']) {
    return `${target} does not export ./${subpath ?? ''}; no deep imports across packages`;
  }
  const short = target.slice('@arborize/'.length);
  if (file.endsWith('.op.test.ts') && short === 'backends') {
    return 'an op suite runs on the backend that its project sets';
  }
  if (target === from.manifest.name || ANYTHING.includes(from.name)) return undefined;
  const allowed = [...(MAY_IMPORT[from.name] ?? TECHNIQUE), ...(isTest ? TESTS_ALSO : [])];
  if (allowed.includes(short)) return undefined;
  return `${from.name} may import ${allowed.join(', ') || 'no package of ours'}, not ${short}`;
}

function declared(target, manifest, alsoRoot) {
  const fields = [manifest.dependencies, manifest.peerDependencies];
  if (alsoRoot) fields.push(manifest.devDependencies, alsoRoot.devDependencies);
  return fields.some((field) => field && target in field);
}

/** TensorFlow.js must be the user's own copy, so only what runs by itself may depend on it directly. */
export function manifestFaults({ name, manifest }) {
  if (ANYTHING.includes(name) || name === 'backends') return [];
  return Object.keys(manifest.dependencies ?? {})
    .filter((dependency) => dependency.startsWith('@tensorflow/'))
    .map((dependency) => `${dependency} must be a peer dependency`);
}
