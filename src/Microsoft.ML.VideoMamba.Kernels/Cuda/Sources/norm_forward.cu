// Residual add and norm in one pass. norm.cuh has the symbols.
#include "norm.cuh"

struct NormForwardArguments {
  const act* x;
  const float *residual, *scale, *w, *b;   // residual, scale and b may be null
  act* y;
  float* s;                                // may be null
  long long rows;
  int rows_per_clip;
  float epsilon;
};

// grid ceil(rows / 4), 128 threads
extern "C" __global__ void __launch_bounds__(128) norm_forward(const __grid_constant__ NormForwardArguments args) {
  const long long row = (long long)blockIdx.x * 4 + (threadIdx.x >> 5);
  if (row >= args.rows) return;
  const float scale = args.scale ? args.scale[row / args.rows_per_clip] : 1.f;
  float s[HELD];
  for_each_part([&](int i, int c) {
    load_row(args.x + row * CHANNELS + c, s + i);
    if (args.scale) for (int k = 0; k < WIDTH; k++) s[i + k] *= scale;
    if (args.residual) {
      float r[WIDTH];
      load_row(args.residual + row * CHANNELS + c, r);
      for (int k = 0; k < WIDTH; k++) s[i + k] += r[k];
    }
    if (args.s) store_row(args.s + row * CHANNELS + c, s + i);
  });
  const float inverse = centre_and_scale(s, args.epsilon);
  for_each_part([&](int i, int c) {
    float w[WIDTH], y[WIDTH];
    for (int k = 0; k < WIDTH; k++) w[k] = load_constant(args.w + c + k);
    for (int k = 0; k < WIDTH; k++) y[k] = fmaf(s[i + k] * inverse, w[k], args.b ? load_constant(args.b + c + k) : 0.f);
    store_row(args.y + row * CHANNELS + c, y);
  });
}
