// The geometry of a window that slides over images: what convolutions and pools have in common.

@unmanaged
export class Window {
  batch: i32;
  inHeight: i32;
  inWidth: i32;
  channels: i32;
  outHeight: i32;
  outWidth: i32;
  height: i32;
  width: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  top: i32;
  left: i32;
}

/** Writes a window at `at`; the arguments are the fields above. */
export function setWindow(
  at: usize,
  batch: i32, inHeight: i32, inWidth: i32, channels: i32, outHeight: i32, outWidth: i32, height: i32, width: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
): void {
  const window = changetype<Window>(at);
  window.batch = batch;
  window.inHeight = inHeight;
  window.inWidth = inWidth;
  window.channels = channels;
  window.outHeight = outHeight;
  window.outWidth = outWidth;
  window.height = height;
  window.width = width;
  window.strideHeight = strideHeight;
  window.strideWidth = strideWidth;
  window.dilationHeight = dilationHeight;
  window.dilationWidth = dilationWidth;
  window.top = top;
  window.left = left;
}
