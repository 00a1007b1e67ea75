// What the convolution's forward and backward kernels share.
//
// Glossary
//   x  (batch, length, X_ROW) inputs; a direction reads the same rows         w  (directions, CHANNELS, TAPS) float32        b  (directions, CHANNELS) float32
//   u_t = silu(b + sum_k w_k x_(t - TAPS + 1 + k)) in the forward direction, x_(t + TAPS - 1 - k) in the reverse one; zeros beyond the ends
// A thread walks TOKENS tokens of WIDTH channels, with the rows around them in registers.
#pragma once
#include "activation.cuh"
#ifndef WIDTH
#error "WIDTH: channels of a thread"
#endif
#ifndef CHANNELS
#define CHANNELS 384             // a multiple of 4
#endif
#ifndef X_ROW
#define X_ROW CHANNELS           // elements from a token's x to the next token's
#endif
#ifndef TAPS
#define TAPS 4                   // 1 to 4
#endif
#ifndef DIRECTIONS
#define DIRECTIONS 2             // 1: only the one that REVERSE says
#endif
#ifndef REVERSE
#define REVERSE 0                // what the first direction is
#endif
#ifndef SILU
#define SILU 1
#endif
#define REACH (TAPS - 1)         // tokens that a tap reaches away
#define RUNS_OF_CHANNELS (CHANNELS / WIDTH)

DEVICE void load_taps(const float* w, int direction, int c, float o[TAPS][WIDTH]) {
  #pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    #pragma unroll
    for (int k = 0; k < TAPS; k++) o[k][i] = load_constant(w + (direction * CHANNELS + c + i) * TAPS + k);
  }
}
