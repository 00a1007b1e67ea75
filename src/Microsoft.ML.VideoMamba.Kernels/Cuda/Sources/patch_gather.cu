// Patches of clips as rows of one matrix, in the activations' type: what a convolution with a kernel of one patch multiplies. Pixels are float32 or bfloat16.
//   clips (batch, COLOURS, frames, height, width) to rows (batch, position, ((colour TUBELET + frame) PATCH + y) PATCH + x); positions frame by frame, row by row
#include "activation.cuh"
#ifndef PATCH
#define PATCH 16
#endif
#ifndef TUBELET
#define TUBELET 1
#endif
#ifndef COLOURS
#define COLOURS 3
#endif
#ifndef STEP
#define STEP PATCH               // from one patch to the next
#endif
#ifndef PIXELS_F32
#define PIXELS_F32 1
#endif
#ifndef AT_ONCE
#define AT_ONCE 4                // pixels of a thread: 4 where rows of the frame and of the patch are made of such, else 1
#endif
#if PIXELS_F32
typedef float pixel;
typedef f4 pixel4;
#else
typedef unsigned short pixel;
typedef half4_raw pixel4;
#endif

struct PatchGatherArguments {
  const pixel* clips;
  act* rows;
  long long total;               // elements of rows
  int frames, height, width;
  int positions, rows_of_patches, patches_of_row;
};

DEVICE float widen(float v) { return v; }
DEVICE float widen(unsigned short v) { return as_float((unsigned)v << 16); }
DEVICE void widen4(f4 v, float* o) { o[0] = v.x; o[1] = v.y; o[2] = v.z; o[3] = v.w; }
DEVICE void widen4(half4_raw v, float* o) { o[0] = as_float(v.x << 16); o[1] = as_float(v.x & 0xffff0000u); o[2] = as_float(v.y << 16); o[3] = as_float(v.y & 0xffff0000u); }

// grid ceil(total / (256 AT_ONCE)), 256 threads
extern "C" __global__ void __launch_bounds__(256) patch_gather(const __grid_constant__ PatchGatherArguments args) {
  constexpr int WIDTH = COLOURS * TUBELET * PATCH * PATCH;
  const long long at = ((long long)blockIdx.x * 256 + threadIdx.x) * AT_ONCE;
  if (at >= args.total) return;
  const int column = (int)(at % WIDTH), x = column % PATCH, y = column / PATCH % PATCH, frame = column / (PATCH * PATCH) % TUBELET, colour = column / (PATCH * PATCH * TUBELET);
  const long long row = at / WIDTH;
  const int position = (int)(row % args.positions), j = position % args.patches_of_row, i = position / args.patches_of_row % args.rows_of_patches;
  const int t = position / (args.patches_of_row * args.rows_of_patches);
  const long long clip = row / args.positions;
  const pixel* from = args.clips + (((clip * COLOURS + colour) * args.frames + t * TUBELET + frame) * args.height + i * STEP + y) * args.width + j * STEP + x;
  if constexpr (AT_ONCE == 4) {
    float v[4];
    widen4(load_constant((const pixel4*)from), v);
    *(act4*)(args.rows + at) = down4(v);
  } else {
    args.rows[at] = down(widen(load_constant(from)));
  }
}
