// The geometry of a window that slides over images: what convolutions and pools have in common. window.ts writes it.

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
