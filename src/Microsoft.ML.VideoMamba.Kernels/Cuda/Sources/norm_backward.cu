// The gradients of residual add and norm. norm.cuh has the symbols.
//   ds = (g - mean g - n mean(g n)) / sqrt(...) + what comes into s as an output,  g = dy w  (mean g only where CENTRED);  dw = sum dy n,  db = sum dy
#include "norm.cuh"
#define WARPS 4

struct NormBackwardArguments {
  const float* s;
  const act* dy;
  const float *ds_in, *scale, *w;   // ds_in (gradient of s as an output) and scale may be null
  const act* x;                     // read for `before` alone
  float* before;                    // receives the residual again, s - x scale: in the place of s if wanted; or null
  act* dx;                          // gradient of x; null where there is none
  float* ds;                        // gradient of the residual; null where it is dx
  float *dw, *db;                   // (gridDim.x, CHANNELS) partial sums
  long long rows;
  int rows_per_clip;
  float epsilon;
};

// Any grid, 128 threads
extern "C" __global__ void __launch_bounds__(32 * WARPS) norm_backward(const __grid_constant__ NormBackwardArguments args) {
  __shared__ float sums[WARPS][32 * WIDTH];
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  float w[HELD], dw[HELD], db[HELD];
  #pragma unroll
  for (int i = 0; i < HELD; i++) w[i] = dw[i] = db[i] = 0.f;
  for_each_part([&](int i, int c) { for (int k = 0; k < WIDTH; k++) w[i + k] = load_constant(args.w + c + k); });
  for (long long row = (long long)blockIdx.x * WARPS + warp; row < args.rows; row += (long long)gridDim.x * WARPS) {
    float n[HELD], g[HELD], gn = 0.f, mean = 0.f;
    const float scale = args.scale ? args.scale[row / args.rows_per_clip] : 1.f;
    for_each_part([&](int i, int c) {
      load_row(args.s + row * CHANNELS + c, n + i);
      load_row(args.dy + row * CHANNELS + c, g + i);
      if (!args.before) return;
      float before[WIDTH];
      load_row(args.x + row * CHANNELS + c, before);
      for (int k = 0; k < WIDTH; k++) before[k] = fmaf(-scale, before[k], n[i + k]);
      store_row(args.before + row * CHANNELS + c, before);
    });
    const float inverse = centre_and_scale(n, args.epsilon);
    for_each_part([&](int i, int) {
      for (int k = 0; k < WIDTH; k++) {
        n[i + k] *= inverse;
        dw[i + k] = fmaf(g[i + k], n[i + k], dw[i + k]); db[i + k] += g[i + k];
        g[i + k] *= w[i + k];
        gn = fmaf(g[i + k], n[i + k], gn); mean += g[i + k];
      }
    });
    gn = sum_of_warp(gn) * (1.f / CHANNELS);
    mean = CENTRED ? sum_of_warp(mean) * (1.f / CHANNELS) : 0.f;
    for_each_part([&](int i, int c) {
      float ds[WIDTH] = {};
      if (args.ds_in) load_row(args.ds_in + row * CHANNELS + c, ds);
      for (int k = 0; k < WIDTH; k++) ds[k] += inverse * (g[i + k] - mean - n[i + k] * gn);
      if (args.ds) store_row(args.ds + row * CHANNELS + c, ds);
      if (!args.dx) return;
      for (int k = 0; k < WIDTH; k++) ds[k] *= scale;
      store_row(args.dx + row * CHANNELS + c, ds);
    });
  }

  // The warps' sums, one part of the row after the other.
  auto add_up = [&](const float* v, float* to) {
    #pragma unroll
    for (int part = 0; part < PARTS; part++) {
      __syncthreads();
      for (int k = 0; k < WIDTH; k++) sums[warp][lane * WIDTH + k] = v[part * WIDTH + k];
      __syncthreads();
      for (int i = threadIdx.x; i < 32 * WIDTH; i += 32 * WARPS) {
        float sum = 0.f;
        for (int k = 0; k < WARPS; k++) sum += sums[k][i];
        if (part * 32 * WIDTH + i < CHANNELS) to[(long long)blockIdx.x * CHANNELS + part * 32 * WIDTH + i] = sum;
      }
    }
  };
  add_up(dw, args.dw);
  add_up(db, args.db);
}
