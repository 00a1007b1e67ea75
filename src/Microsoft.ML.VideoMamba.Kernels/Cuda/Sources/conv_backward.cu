// The gradients of the convolution, both directions in one launch: of x (their sum), of w and b (a partial sum for each run of TOKENS tokens). conv.cuh has the
// symbols. Beside x's gradient goes, where asked, the sum of the directions' gradients of the gate, which lies in the same row.
//
// With s_t = du_t silu'(pre_t): in the forward direction dx_t = sum_k w_k s_(t + TAPS - 1 - k), dw_k = sum_t s_t x_(t - TAPS + 1 + k), db = sum_t s_t; in the
// reverse one with the signs of the offsets changed. A thread computes s of REACH tokens beyond its own again, but counts only its own in dw and db.
#define WIDTH 2                  // four would take too many registers
#include "conv.cuh"
#ifndef TOKENS
#define TOKENS 28                // a multiple of AT_ONCE
#endif
#ifndef DX_ROW
#define DX_ROW CHANNELS
#endif

struct ConvBackwardArguments {
  const act* x;
  const float *w, *b;      // b may be null
  const act *du, *dz;      // (directions, batch, length, CHANNELS); dz may be null
  act *dx, *dgate;         // rows of DX_ROW; dgate (as dz, summed over the directions) may be null
  float *dw, *db;          // (batch * ceil(length / TOKENS), directions, CHANNELS [, TAPS])
  int batch, length;
};

// grid (ceil(RUNS_OF_CHANNELS * ceil(length / TOKENS) / 128), batch), 128 threads
extern "C" __global__ void __launch_bounds__(128) conv_backward(const __grid_constant__ ConvBackwardArguments args) {
  const int thread = blockIdx.x * 128 + threadIdx.x, c = thread % RUNS_OF_CHANNELS * WIDTH, run = thread / RUNS_OF_CHANNELS, start = run * TOKENS, clip = blockIdx.y, length = args.length;
  if (start >= length) return;
  const act* x = args.x + (long long)clip * length * X_ROW + c;
  const int end = min(start + TOKENS, length);
  auto load = [&](const act* row, int token, int stride, float* v) {
    v[0] = v[1] = 0.f;
    if (token >= 0 && token < length) up2(load_constant((const act2*)(row + (long long)token * stride)), v);
  };
  const long long runs = (length + TOKENS - 1) / TOKENS, part = (long long)clip * runs + run;

  // One direction after the other: half the registers, and the second finds its rows of x in the cache.
  #pragma unroll 1
  for (int d = 0; d < DIRECTIONS; d++) {
    const bool back = looks_back(d);
    const act* du = args.du + ((long long)d * args.batch + clip) * length * CHANNELS + c;
    float w[TAPS][WIDTH], b[WIDTH], dw[TAPS][WIDTH] = {}, db[WIDTH] = {};
    load_taps(args.w, d, c, w);
    #pragma unroll
    for (int i = 0; i < WIDTH; i++) b[i] = args.b ? load_constant(args.b + d * CHANNELS + c + i) : 0.f;

    // Walking away from the side that the taps look to, token m = 0, 1 ... of the walk: x of the tokens before it in the walk make pre of it, and s of it
    // completes dx of the token REACH before it. Then w_k pairs token m with token m - REACH + k of the walk whatever the direction.
    const int total = end - start + REACH, origin = back ? start : end - 1, sign = back ? 1 : -1;
    float v[AT_ONCE + REACH][WIDTH], s[AT_ONCE + REACH][WIDTH];
    #pragma unroll
    for (int j = 0; j < REACH; j++) {
      load(x, origin + sign * (j - REACH), X_ROW, v[j]);
      #pragma unroll
      for (int i = 0; i < WIDTH; i++) s[j][i] = 0.f;
    }
    #pragma unroll 1
    for (int m = 0; m < total; m += AT_ONCE) {
      float g[AT_ONCE][WIDTH];
      #pragma unroll
      for (int j = 0; j < AT_ONCE; j++) {
        load(x, origin + sign * (m + j), X_ROW, v[REACH + j]);
        load(du, origin + sign * (m + j), CHANNELS, g[j]);
      }
      #pragma unroll
      for (int j = 0; j < AT_ONCE; j++) {
        const bool own = m + j < end - start;
        #pragma unroll
        for (int i = 0; i < WIDTH; i++) {
          float slope = 1.f;
          if (SILU) {
            float pre = b[i];
            #pragma unroll
            for (int k = 0; k < TAPS; k++) pre = fmaf(w[k][i], v[j + k][i], pre);
            slope = silu_slope(pre, sigmoid(pre));
          }
          const float value = g[j][i] * slope, counted = own ? value : 0.f;
          s[REACH + j][i] = value;
          db[i] += counted;
          #pragma unroll
          for (int k = 0; k < TAPS; k++) dw[k][i] = fmaf(counted, v[j + k][i], dw[k][i]);
        }
        const int done = m + j - REACH, token = origin + sign * done;
        if (done >= 0 && done < end - start) {
          float dx[WIDTH] = {};
          act2* to = (act2*)(args.dx + ((long long)clip * length + token) * DX_ROW + c);
          if (d > 0) up2(*to, dx);
          #pragma unroll
          for (int i = 0; i < WIDTH; i++) {
            #pragma unroll
            for (int k = 0; k < TAPS; k++) dx[i] = fmaf(w[k][i], s[j + REACH - k][i], dx[i]);
          }
          *to = down2(dx);
        }
      }
      #pragma unroll
      for (int j = 0; j < REACH; j++) {
        #pragma unroll
        for (int i = 0; i < WIDTH; i++) { v[j][i] = v[AT_ONCE + j][i]; s[j][i] = s[AT_ONCE + j][i]; }
      }
    }
    #pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      const long long channel = (part * DIRECTIONS + d) * CHANNELS + c + i;
      args.db[channel] = db[i];
      #pragma unroll
      for (int k = 0; k < TAPS; k++) args.dw[channel * TAPS + k] = dw[k][i];
    }
  }
  if (!args.dgate) return;
  #pragma unroll 4
  for (int token = start; token < end; token++) {
    float sum[WIDTH] = {}, v[WIDTH];
    #pragma unroll
    for (int d = 0; d < DIRECTIONS; d++) {
      up2(load_constant((const act2*)(args.dz + (((long long)d * args.batch + clip) * length + token) * CHANNELS + c)), v);
      #pragma unroll
      for (int i = 0; i < WIDTH; i++) sum[i] += v[i];
    }
    *(act2*)(args.dgate + ((long long)clip * length + token) * DX_ROW + c) = down2(sum);
  }
}
