import { env } from '@tensorflow/tfjs-core';
import type { OwnBackend } from '../webgpu/own-backend.ts';

/** Compiles every pipeline that `run` needs, in parallel, and computes nothing. `run` must not read a tensor. */
export async function compileAhead({ pipelineCache }: OwnBackend, run: () => void): Promise<void> {
  // In this mode the backend puts promises of pipelines into its cache, and records no work.
  env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    run();
  } finally {
    env().set('WEBGPU_ENGINE_COMPILE_ONLY', false);
    await Promise.all(
      Object.entries(pipelineCache).map(async ([key, pipeline]) => {
        try {
          pipelineCache[key] = await pipeline;
        } catch (error) {
          // Compiled again, and refused again, where it is needed.
          delete pipelineCache[key];
          throw error;
        }
      }),
    );
  }
}
