import { probeBackends } from '../probe-backends.ts';

/** Prints one line for each backend: what it runs on, or what to do to get it. */
export async function doctor(): Promise<void> {
  console.log(`Node ${process.version} on ${process.platform} ${process.arch}\n`);
  for (const { name, available, device, software, remedy } of await probeBackends()) {
    const note = software ? ' (software: right, but very slow)' : '';
    console.log(
      `${available ? '✓' : '✗'} ${name.padEnd(10)} ${available ? `${device}${note}` : `${device}. ${remedy}`}`,
    );
  }
}
