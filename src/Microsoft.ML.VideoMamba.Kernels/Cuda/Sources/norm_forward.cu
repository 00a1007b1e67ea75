// Residual add and norm in one pass. norm.cuh has the symbols.
#include "norm.cuh"

struct NormForwardArguments {
  const act* x;                            // may be null: zeros
  const float *residual, *scale, *w, *b;   // residual, scale and b may be null
  act* y;
  float* s;                                // may be null; may be the residual
  long long rows;
  long long residual_rows;                 // after so many, the residual begins again: positions that all clips share
  int x_step, s_step;                      // every so manieth row of x, and of residual and s, is taken; rows of y are dense
  int rows_per_clip;
  float epsilon;
};

// grid ceil(rows / 4), 128 threads
extern "C" __global__ void __launch_bounds__(128) norm_forward(const __grid_constant__ NormForwardArguments args) {
  const long long row = (long long)blockIdx.x * 4 + (threadIdx.x >> 5);
  if (row >= args.rows) return;
  const long long at_x = row * args.x_step * CHANNELS, at_s = row * args.s_step * CHANNELS, at_residual = row * args.s_step % args.residual_rows * CHANNELS;
  const float scale = args.scale ? args.scale[row / args.rows_per_clip] : 1.f;
  float s[HELD];
  for_each_part([&](int i, int c) {
    for (int k = 0; k < WIDTH; k++) s[i + k] = 0.f;
    if (args.x) load_row(args.x + at_x + c, s + i);
    if (args.scale) for (int k = 0; k < WIDTH; k++) s[i + k] *= scale;
    if (args.residual) {
      float r[WIDTH];
      load_row(args.residual + at_residual + c, r);
      for (int k = 0; k < WIDTH; k++) s[i + k] += r[k];
    }
    if (args.s) store_row(args.s + at_s + c, s + i);
  });
  const float inverse = centre_and_scale(s, args.epsilon);
  for_each_part([&](int i, int c) {
    float w[WIDTH], y[WIDTH];
    for (int k = 0; k < WIDTH; k++) w[k] = load_constant(args.w + c + k);
    for (int k = 0; k < WIDTH; k++) y[k] = fmaf(s[i + k] * inverse, w[k], args.b ? load_constant(args.b + c + k) : 0.f);
    store_row(args.y + row * CHANNELS + c, y);
  });
}
