// The short causal depthwise convolution and its SiLU, both directions in one launch. conv.cuh has the symbols.
#define WIDTH 4
#include "conv.cuh"
#ifndef TOKENS
#define TOKENS 28                // a multiple of AT_ONCE
#endif

struct ConvForwardArguments {
  const act* x;
  const float *w, *b;      // b may be null
  act* u;                  // (directions, batch, length, CHANNELS)
  int batch, length;
};

// grid (ceil(RUNS_OF_CHANNELS * ceil(length / TOKENS) / 128), batch), 128 threads
extern "C" __global__ void __launch_bounds__(128) conv_forward(const __grid_constant__ ConvForwardArguments args) {
  const int thread = blockIdx.x * 128 + threadIdx.x, c = thread % RUNS_OF_CHANNELS * 4, start = thread / RUNS_OF_CHANNELS * TOKENS, clip = blockIdx.y, length = args.length;
  if (start >= length) return;
  const act* x = args.x + (long long)clip * length * X_ROW + c;
  float w[DIRECTIONS][TAPS][4], b[DIRECTIONS][4];
  #pragma unroll
  for (int d = 0; d < DIRECTIONS; d++) {
    load_taps(args.w, d, c, w[d]);
    #pragma unroll
    for (int i = 0; i < 4; i++) b[d][i] = args.b ? load_constant(args.b + d * CHANNELS + c + i) : 0.f;
  }
  auto load = [&](int token, float* v) {
    v[0] = v[1] = v[2] = v[3] = 0.f;
    if (token >= 0 && token < length) up4(load_constant((const act4*)(x + (long long)token * X_ROW)), v);
  };

  float v[AT_ONCE + 2 * REACH][4];                         // tokens from REACH before the first to REACH behind the last of those at once
  #pragma unroll
  for (int j = 0; j < 2 * REACH; j++) load(start - REACH + j, v[j]);
  #pragma unroll 1
  for (int first = start; first < min(start + TOKENS, length); first += AT_ONCE) {
    #pragma unroll
    for (int j = 0; j < AT_ONCE; j++) load(first + REACH + j, v[2 * REACH + j]);
    #pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      if (first + j >= length) break;
      #pragma unroll
      for (int d = 0; d < DIRECTIONS; d++) {
        float u[4];
        #pragma unroll
        for (int i = 0; i < 4; i++) { u[i] = convolve(v, w[d], b[d][i], REACH + j, i, looks_back(d)); if (SILU) u[i] = silu(u[i]); }
        *(act4*)(args.u + (((long long)d * args.batch + clip) * length + first + j) * CHANNELS + c) = down4(u);
      }
    }
    #pragma unroll
    for (int j = 0; j < 2 * REACH; j++) {
      #pragma unroll
      for (int i = 0; i < 4; i++) v[j][i] = v[AT_ONCE + j][i];
    }
  }
}
