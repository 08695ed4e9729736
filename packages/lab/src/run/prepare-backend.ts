import { describeBackend, useBackend } from '@arborize/backends';

/** Sets the backend and says which it became, and on what device. */
export async function prepareBackend(name: string): Promise<{ backend: string; device: string }> {
  await useBackend(name as Parameters<typeof useBackend>[0]);
  const { name: backend, device } = describeBackend();
  return { backend, device };
}
