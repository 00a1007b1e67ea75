// What the norms' kernels share: root-mean-square norm, or layer norm where CENTRED is 1.
//
// Glossary
//   x, y  (rows, CHANNELS) input and normed sum; residual, s  (rows, CHANNELS) float32, s = x scale + residual; w, b  (CHANNELS) float32 scale and shift
//   y = n w + b,  n = (s - mean s) / sqrt(mean of its square + epsilon), the mean taken off only where CENTRED
//   scale: a factor for all rows of a clip (drop path), or none
// A warp holds a row in registers.
#pragma once
#include "activation.cuh"
#ifndef CHANNELS
#define CHANNELS 192
#endif
#ifndef CENTRED
#define CENTRED 0
#endif
#define WIDTH (CHANNELS % 4 == 0 ? 4 : 1)                  // elements that a lane reads at a time
#define PARTS ((CHANNELS + 32 * WIDTH - 1) / (32 * WIDTH))
#define HELD (PARTS * WIDTH)                               // elements of a row that a lane holds

DEVICE float sum_of_warp(float v) {
  #pragma unroll
  for (int mask = 16; mask > 0; mask >>= 1) v += from_lane_xor(v, mask);
  return v;
}

// Calls f(i, c) for each run of WIDTH elements that the lane holds: i its place there, c the channel.
template<class F> DEVICE void for_each_part(F f) {
  const int lane = threadIdx.x & 31;
  #pragma unroll
  for (int part = 0; part < PARTS; part++) {
    const int c = (part * 32 + lane) * WIDTH;
    if (c < CHANNELS) f(part * WIDTH, c);
  }
}

DEVICE void load_row(const act* p, float* v) {
#if !F32
  if constexpr (WIDTH == 4) up4(load_constant((const act4*)p), v); else v[0] = up(load_constant(p));
#else
  if constexpr (WIDTH == 4) up4(load_constant((const f4*)p), v); else v[0] = load_constant(p);
#endif
}
DEVICE void store_row(act* p, const float* v) { if constexpr (WIDTH == 4) *(act4*)p = down4(v); else *p = down(v[0]); }
#if !F32
DEVICE void load_row(const float* p, float* v) {
  if constexpr (WIDTH == 4) { f4 q = load_constant((const f4*)p); v[0] = q.x; v[1] = q.y; v[2] = q.z; v[3] = q.w; } else v[0] = load_constant(p);
}
DEVICE void store_row(float* p, const float* v) { if constexpr (WIDTH == 4) *(f4*)p = f4{v[0], v[1], v[2], v[3]}; else *p = v[0]; }
#endif

// 1 / sqrt(mean square + epsilon) of what the lanes hold together; takes the mean off first where CENTRED.
DEVICE float centre_and_scale(float* s, float epsilon) {
  if (CENTRED) {
    float sum = 0.f;
    for_each_part([&](int i, int) { for (int k = 0; k < WIDTH; k++) sum += s[i + k]; });
    const float mean = sum_of_warp(sum) * (1.f / CHANNELS);
    for_each_part([&](int i, int) { for (int k = 0; k < WIDTH; k++) s[i + k] -= mean; });
  }
  float square = 0.f;
  for_each_part([&](int i, int) { for (int k = 0; k < WIDTH; k++) square = fmaf(s[i + k], s[i + k], square); });
  return rsqrt_exact(sum_of_warp(square) * (1.f / CHANNELS) + epsilon);
}
