// The gradients of the convolution, both directions in one launch: of x (their sum), of w and b (a partial sum for each run of TOKENS tokens). conv.cuh has the
// symbols. Beside x's gradient goes, where asked, the sum of the directions' gradients of the gate, which lies in the same row.
//
// With s_t = du_t silu'(pre_t): in the forward direction dx_t = sum_k w_k s_(t + REACH - k), dw_k = sum_t s_t x_(t - REACH + k), db = sum_t s_t; in the reverse one
// with the signs of the offsets changed. A thread walks its tokens once for both: with the rows of x from p - REACH to p it computes s of token p in the forward
// direction and of token p - REACH in the reverse one, whose taps reach over the same rows, and completes x's gradient at p - REACH. Of each it holds the last TAPS
// tokens, token p at place p mod TAPS; it walks REACH tokens beyond its own, which do not count in dw and db.
#define WIDTH 2                  // four would take too many registers
#include "conv.cuh"
#ifndef TOKENS
#define TOKENS 53                // own tokens of a thread
#endif
#ifndef DX_ROW
#define DX_ROW CHANNELS
#endif
#define STEPS (2 * TAPS)         // tokens whose rows are asked for at a time: a multiple of TAPS, so that places are constants
#define FORWARD (REVERSE ? DIRECTIONS - 1 : 0)              // where each direction's rows lie, and whether it is there
#define BACKWARD (REVERSE ? 0 : 1)
#define HAS_FORWARD (DIRECTIONS == 2 || !REVERSE)
#define HAS_BACKWARD (DIRECTIONS == 2 || REVERSE)

struct ConvBackwardArguments {
  const act* x;
  const float *w, *b;      // b may be null
  const act *du, *dz;      // (directions, batch, length, CHANNELS); dz may be null
  act *dx, *dgate;         // rows of DX_ROW; dgate (as dz, summed over the directions) may be null
  float *dw, *db;          // (batch * ceil(length / TOKENS), directions, CHANNELS [, TAPS])
  int batch, length;
};

// One direction's taps, the sums of their gradients, and s of the last TAPS tokens.
struct Taps {
  float w[TAPS][WIDTH], b[WIDTH], dw[TAPS][WIDTH], db[WIDTH], s[TAPS][WIDTH];
};

DEVICE void load(Taps& taps, const ConvBackwardArguments& args, int direction, int c) {
  load_taps(args.w, direction, c, taps.w);
  #pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    taps.b[i] = args.b ? load_constant(args.b + direction * CHANNELS + c + i) : 0.f;
    taps.db[i] = 0.f;
    #pragma unroll
    for (int k = 0; k < TAPS; k++) taps.dw[k][i] = taps.s[k][i] = 0.f;
  }
}

// s of one token, whose tap k meets x[(first + sign k) mod TAPS], to place `to`.
template<int SIGN> DEVICE void step(Taps& taps, const float x[TAPS][WIDTH], act2 du, int first, int to, bool counts) {
  float g[WIDTH];
  up2(du, g);
  #pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    float value = g[i];
    if (SILU) {
      float pre = taps.b[i];
      #pragma unroll
      for (int k = 0; k < TAPS; k++) pre = fmaf(taps.w[k][i], x[(first + SIGN * k + TAPS) % TAPS][i], pre);
      value *= silu_slope(pre, sigmoid(pre));
    }
    taps.s[to][i] = value;
    const float counted = counts ? value : 0.f;
    taps.db[i] += counted;
    #pragma unroll
    for (int k = 0; k < TAPS; k++) taps.dw[k][i] = fmaf(counted, x[(first + SIGN * k + TAPS) % TAPS][i], taps.dw[k][i]);
  }
}

DEVICE void store(const Taps& taps, const ConvBackwardArguments& args, long long part, int direction, int c) {
  #pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    const long long channel = (part * DIRECTIONS + direction) * CHANNELS + c + i;
    args.db[channel] = taps.db[i];
    #pragma unroll
    for (int k = 0; k < TAPS; k++) args.dw[channel * TAPS + k] = taps.dw[k][i];
  }
}

// grid (ceil(RUNS_OF_CHANNELS * ceil(length / TOKENS) / 128), batch), 128 threads
extern "C" __global__ void __launch_bounds__(128, F32 ? 2 : 4) conv_backward(const __grid_constant__ ConvBackwardArguments args) {
  const int thread = blockIdx.x * 128 + threadIdx.x, c = thread % RUNS_OF_CHANNELS * WIDTH, run = thread / RUNS_OF_CHANNELS, start = run * TOKENS, clip = blockIdx.y, length = args.length;
  if (start >= length) return;
  const int end = min(start + TOKENS, length);
  const long long runs = (length + TOKENS - 1) / TOKENS, part = (long long)clip * runs + run;
  Taps ahead, behind;                                      // the forward direction's and the reverse one's
  if (HAS_FORWARD) load(ahead, args, FORWARD, c);
  if (HAS_BACKWARD) load(behind, args, BACKWARD, c);

  const long long at = (long long)clip * length + start, all = (long long)args.batch * length;
  const act* x = args.x + at * X_ROW + c;
  const act* du_ahead = args.du + (FORWARD * all + at) * CHANNELS + c;
  const act* du_behind = args.du + (BACKWARD * all + at - REACH) * CHANNELS + c;
  const bool gated = args.dgate;
  const act* dz = args.dz + (at - REACH) * CHANNELS + c;
  act* dx = args.dx + (at - REACH) * DX_ROW + c;
  act* dgate = args.dgate + (at - REACH) * DX_ROW + c;
  auto row = [](const act* from, bool in) { act2 v = {}; if (in) v = load_constant((const act2*)from); return v; };

  float window[TAPS][WIDTH];                               // x of the last TAPS tokens, token start + m at place m mod TAPS
  #pragma unroll
  for (int j = 1; j <= REACH; j++) up2(row(x - j * X_ROW, start >= j), window[TAPS - j]);
  #pragma unroll 1
  for (int p = start; p < end + REACH; p += STEPS) {
    act2 xs[STEPS], gs_ahead[STEPS], gs_behind[STEPS], zs[DIRECTIONS][STEPS];
    #pragma unroll
    for (int j = 0; j < STEPS; j++) {
      const int q = p + j - REACH;
      const bool in = p + j < length, own = q >= start && q < end;
      xs[j] = row(x + j * X_ROW, in);
      if (HAS_FORWARD) gs_ahead[j] = row(du_ahead + j * CHANNELS, in);
      if (HAS_BACKWARD) gs_behind[j] = row(du_behind + j * CHANNELS, q >= 0 && q < length);
      #pragma unroll
      for (int d = 0; d < DIRECTIONS; d++) zs[d][j] = row(dz + d * all * CHANNELS + j * CHANNELS, own && gated);
    }
    #pragma unroll
    for (int j = 0; j < STEPS; j++) {
      const int place = j % TAPS, oldest = (j + 1) % TAPS, q = p + j - REACH;
      up2(xs[j], window[place]);
      if (HAS_FORWARD) step<1>(ahead, window, gs_ahead[j], oldest, place, p + j < end);
      if (HAS_BACKWARD) step<-1>(behind, window, gs_behind[j], place, place, q >= start && q < end);
      // The forward direction's s of q + REACH - k lies at place - k, the reverse one's of q - REACH + k at oldest + k.
      float sum[WIDTH] = {};
      #pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        #pragma unroll
        for (int k = 0; k < TAPS; k++) {
          if (HAS_FORWARD) sum[i] = fmaf(ahead.w[k][i], ahead.s[(place - k + TAPS) % TAPS][i], sum[i]);
          if (HAS_BACKWARD) sum[i] = fmaf(behind.w[k][i], behind.s[(oldest + k) % TAPS][i], sum[i]);
        }
      }
      const bool own = q >= start && q < end;
      if (own) *(act2*)(dx + j * DX_ROW) = down2(sum);
      float gate[WIDTH] = {};
      #pragma unroll
      for (int d = 0; d < DIRECTIONS; d++) {
        float v[WIDTH];
        up2(zs[d][j], v);
        #pragma unroll
        for (int i = 0; i < WIDTH; i++) gate[i] += v[i];
      }
      if (own && gated) *(act2*)(dgate + j * DX_ROW) = down2(gate);
    }
    x += STEPS * X_ROW; du_ahead += STEPS * CHANNELS; du_behind += STEPS * CHANNELS; dx += STEPS * DX_ROW;
    dz += STEPS * CHANNELS; dgate += STEPS * DX_ROW;
  }
  if (HAS_FORWARD) store(ahead, args, part, FORWARD, c);
  if (HAS_BACKWARD) store(behind, args, part, BACKWARD, c);
}
