// The short causal depthwise convolution and its SiLU, both directions in one launch. conv.cuh has the symbols.
#define WIDTH 2                  // four would take twice the registers
#include "conv.cuh"
#define AT_ONCE 7                // tokens whose rows are asked for at a time
#ifndef TOKENS
#define TOKENS 28                // a multiple of AT_ONCE
#endif

struct ConvForwardArguments {
  const act* x;
  const float *w, *b;      // b may be null
  act* u;                  // (directions, batch, length, CHANNELS)
  int batch, length;
};

// Whether direction d reads the tokens behind (towards the start): the forward one.
DEVICE constexpr bool looks_back(int d) { return (d ^ REVERSE) == 0; }

// Before the activation: v[REACH + j] is token j of the rows, `at` the token asked for.
DEVICE float convolve(const float (*v)[WIDTH], const float w[TAPS][WIDTH], float b, int at, int i, bool back) {
  float sum = b;
  #pragma unroll
  for (int k = 0; k < TAPS; k++) sum = fmaf(w[k][i], v[back ? at - REACH + k : at + REACH - k][i], sum);
  return sum;
}

// grid (ceil(RUNS_OF_CHANNELS * ceil(length / TOKENS) / 128), batch), 128 threads
extern "C" __global__ void __launch_bounds__(128) conv_forward(const __grid_constant__ ConvForwardArguments args) {
  const int thread = blockIdx.x * 128 + threadIdx.x, c = thread % RUNS_OF_CHANNELS * WIDTH, start = thread / RUNS_OF_CHANNELS * TOKENS, clip = blockIdx.y, length = args.length;
  if (start >= length) return;
  const act* x = args.x + (long long)clip * length * X_ROW + c;
  float w[DIRECTIONS][TAPS][WIDTH], b[DIRECTIONS][WIDTH];
  #pragma unroll
  for (int d = 0; d < DIRECTIONS; d++) {
    load_taps(args.w, d, c, w[d]);
    #pragma unroll
    for (int i = 0; i < WIDTH; i++) b[d][i] = args.b ? load_constant(args.b + d * CHANNELS + c + i) : 0.f;
  }
  auto load = [&](int token, float* v) {
    v[0] = v[1] = 0.f;
    if (token >= 0 && token < length) up2(load_constant((const act2*)(x + (long long)token * X_ROW)), v);
  };

  float v[AT_ONCE + 2 * REACH][WIDTH];                     // tokens from REACH before the first to REACH behind the last of those at once
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
        float u[WIDTH];
        #pragma unroll
        for (int i = 0; i < WIDTH; i++) { u[i] = convolve(v, w[d], b[d][i], REACH + j, i, looks_back(d)); if (SILU) u[i] = silu(u[i]); }
        *(act2*)(args.u + (((long long)d * args.batch + clip) * length + first + j) * CHANNELS + c) = down2(u);
      }
    }
    #pragma unroll
    for (int j = 0; j < 2 * REACH; j++) {
      #pragma unroll
      for (int i = 0; i < WIDTH; i++) v[j][i] = v[AT_ONCE + j][i];
    }
  }
}
