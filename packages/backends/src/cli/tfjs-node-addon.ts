import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run, StepError, step } from './step.ts';

const TFJS_NODE = '@tensorflow/tfjs-node@4.22.0';

/** Says that the addon was built here; and, if npm was called here, that the package goes with it. */
const MARK = 'deps/built-by-arborize';

/** The folder of the installed tfjs-node, as this project sees it. */
export function addonFolder(): string | null {
  try {
    return dirname(
      createRequire(join(process.cwd(), 'package.json')).resolve('@tensorflow/tfjs-node/package.json'),
    );
  } catch {
    return null;
  }
}

/** Whether there is a tfjs-node that works and was not built here: it is used as it is. */
export async function hasStockAddon(): Promise<boolean> {
  const addon = addonFolder();
  return addon !== null && !existsSync(join(addon, MARK)) && (await loads(addon));
}

/** Installs the package and compiles its addon against a TensorFlow, as far as that is left to do. */
export async function buildAddon(tensorflow: string): Promise<void> {
  const present = addonFolder() !== null;
  await step(
    TFJS_NODE,
    () => present,
    // Its own install script would download the TensorFlow of 2022.
    () =>
      run('npm', ['install', '--no-save', '--ignore-scripts', TFJS_NODE], {
        remedy: 'Check the network, run this in the folder of a project, and repeat the command.',
      }),
  );
  const addon = addonFolder();
  if (!addon) throw new StepError(`npm installed no ${TFJS_NODE} that this folder can import.`);
  await step(
    'Links to the library',
    () => linked(addon, tensorflow),
    () => {
      link(addon, tensorflow);
      if (!existsSync(join(addon, MARK))) writeFileSync(join(addon, MARK), present ? 'addon' : 'package');
      // Built against another library.
      rmSync(join(addon, 'lib'), { recursive: true, force: true });
    },
  );
  await step(
    'The addon, compiled',
    () => loads(addon),
    () =>
      run('npx', ['node-pre-gyp', 'install', '--build-from-source'], {
        remedy: 'The compiler or the network failed, see above; repeat the command when that is mended.',
        cwd: addon,
        env: {
          // TensorFlow finds its CUDA libraries from its own real place, so the addon must open it there.
          LDFLAGS: `-Wl,-rpath,${tensorflow}`,
          ...nodeHeaders(),
        },
      }),
  );
}

/** Undoes `buildAddon`: the package, if it was installed for it, or else the addon alone. */
export async function removeAddon(): Promise<void> {
  const addon = addonFolder();
  if (addon && !existsSync(join(addon, MARK))) {
    console.log(`✓ The tfjs-node in ${addon} was not built by this command, and stays.`);
    return;
  }
  await step(
    'Remove tfjs-node and its addon',
    () => addon === null,
    async () => {
      for (const part of ['lib', 'build', 'deps'])
        rmSync(join(addon!, part), { recursive: true, force: true });
      await run('npm', ['uninstall', '--no-save', '@tensorflow/tfjs-node'], {
        remedy: `Remove the folder ${addon} by hand.`,
      });
    },
  );
}

/** The headers that came with this Node; without them the build downloads some. */
function nodeHeaders(): Record<string, string> {
  const root = dirname(dirname(process.execPath));
  return existsSync(join(root, 'include/node/node.h')) ? { npm_config_nodedir: root } : {};
}

/** Names in the addon's `deps` folder, for the compiler and linker, and what of TensorFlow each stands for. */
function links(addon: string, tensorflow: string): [at: string, to: string][] {
  const mac = process.platform === 'darwin';
  const library = (name: string) => (mac ? `lib${name}.2.dylib` : `lib${name}.so.2`);
  const linker = (name: string) => join(addon, 'deps/lib', `lib${name}.${mac ? 'dylib' : 'so'}`);
  return [
    [join(addon, 'deps/include'), join(tensorflow, 'include')],
    [linker('tensorflow'), join(tensorflow, library('tensorflow_cc'))],
    [linker('tensorflow_framework'), join(tensorflow, library('tensorflow_framework'))],
  ];
}

function linked(addon: string, tensorflow: string): boolean {
  return links(addon, tensorflow).every(
    ([at, to]) => lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(at) === to,
  );
}

function link(addon: string, tensorflow: string): void {
  mkdirSync(join(addon, 'deps/lib'), { recursive: true });
  for (const [at, to] of links(addon, tensorflow)) {
    rmSync(at, { recursive: true, force: true });
    symlinkSync(to, at);
  }
}

async function loads(addon: string): Promise<boolean> {
  try {
    await run(process.execPath, ['-e', `require(${JSON.stringify(addon)})`], {
      remedy: '',
      env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    return true;
  } catch {
    return false;
  }
}
