export { BackendError } from './backend-error.ts';
export { backendLost } from './backend-lost.ts';
export type { BackendName, BackendOptions, DeviceDescription } from './device.ts';
export { OutOfMemoryError } from './out-of-memory-error.ts';
export { type BackendProbe, probeBackends } from './probe-backends.ts';
export { type BackendDescription, describeBackend, useBackend } from './use-backend.ts';
export { type BatchShape, type WarmUpOptions, warmUp } from './warm-up/warm-up.ts';
