// What the scan's forward and backward kernels share.
//
// Glossary (the paper's symbols; Mamba, arXiv 2312.00752, section 3.2 and algorithm 2)
//   u, delta, z   input, step size before bias and softplus, gate; a row of CHANNELS for each token
//   B, C          input and output map of a token, N numbers each, shared by all channels; they lie in one row, B first
//   A, D, bias    decay rates (negative), skip, bias of delta: of a channel (A: of a channel and state)
//   h, y          state of a channel (N numbers), output
//   h_t = exp(delta_t A) h_(t-1) + delta_t u_t B_t        y_t = (<C_t, h_t> + D u_t) silu(z_t)
//
// Everything runs in base 2: l = log2(1 + 2^(x log2 e)) = softplus(x) / ln 2, so that exp(delta A) = 2^(l A) with A as stored; the state that is carried
// is h / ln 2, so that delta u B becomes l u B, and one factor ln 2 comes back at the output.
//
// A direction is a sign: direction 1 walks the same rows from last to first. "Step" counts from the start of the walk, "token" from the start of the sequence.
// One body serves both directions: two unrolled ones would not fit the instruction cache.
#pragma once
#include "activation.cuh"
#define N 16                     // d_state: the host pads smaller ones and adds up several for larger ones
#ifndef CHANNELS
#define CHANNELS 384             // compile-time, so that row offsets fold into instructions; a multiple of 8
#endif
#ifndef DELTA_ROW
#define DELTA_ROW CHANNELS       // elements from a token's delta to the next token's
#endif
#ifndef Z_ROW
#define Z_ROW CHANNELS           // the same for z
#endif
#ifndef BC_ROW
#define BC_ROW (2 * N)           // the same for B and C
#endif
#ifndef Y_ROW
#define Y_ROW CHANNELS           // the same for y
#endif
#ifndef DY_ROW
#define DY_ROW CHANNELS          // the same for dy
#endif
#ifndef EVERY
#define EVERY 8                  // steps between two kept states
#endif
#ifndef SOFTPLUS
#define SOFTPLUS 1               // whether softplus is applied to delta
#endif
#ifndef GATE
#define GATE 1                   // whether there is a z
#endif

// Rows of 16 bytes: a lane copies WIDE elements at a time, PIECES times, to bring 32 elements with four lanes.
#define WIDE (16 / (int)sizeof(act))
#define PIECES (8 / WIDE)

// 2^(l a) for l >= 0 > a on the multiply-add pipe: the integer part by adding a magic number, degree 4 with p(0) = 1 exactly; relative error 7e-6.
// Below 2^-125 only that it is tiny counts, which it is down to l a = -1e9: there the integer part stays and p runs out of its range, but never below 2^-2, so
// that the exponent never wraps.
DEVICE float exp2_polynomial(float l, float a) {
  const float magic = 12582912.f;                          // 1.5 * 2^23: the integer part lands in the low bits
  float r = fmaxf(fmaf(l, a, magic), magic - 125.f);
  float f = fmaf(l, a, magic - r);
  float p = fmaf(9.656710289e-3f, f, 5.583828295e-2f);
  p = fmaf(p, f, 0.2402253010f); p = fmaf(p, f, 0.6931367339f); p = fmaf(p, f, 1.f);
  return as_float(as_bits(p) + (as_bits(r) << 23));
}

// 2^(l a): POLYNOMIALS of 16 by multiply-adds, the others on the special-function unit; `which` (a constant) spreads the former evenly over the steps.
template<int POLYNOMIALS = 0> DEVICE float decay(float l, float a, int which = 0) {
#if F32 || !SOFTPLUS
  return exp2_fast(l * a);
#else
  return (which * POLYNOMIALS) % 16 < POLYNOMIALS ? exp2_polynomial(l, a) : exp2_fast(l * a);
#endif
}

// l of x log2 e, where x is delta with its bias.
DEVICE float step_size(float s) {
#if !SOFTPLUS
  return s;
#elif F32
  return s > 20.f * LOG2E ? s : log1pf(exp2_fast(s)) * LOG2E;
#else
  // log2(1 + e) = e q(e) for e <= 1, q of degree 5: relative error 9e-6, also where e is tiny.
  const float e = exp2_fast(-fabsf(s));
  float q = fmaf(-3.443590237e-2f, e, 0.1460328766f);
  q = fmaf(q, e, -0.3030361923f); q = fmaf(q, e, 0.4691740606f); q = fmaf(q, e, -0.7204261639f); q = fmaf(q, e, 1.442682920f);
  return fmaf(q, e, fmaxf(s, 0.f));
#endif
}

// d l / d s of the above, where l = step_size(s).
DEVICE float step_slope(float s, float l) {
#if !SOFTPLUS
  return 1.f;
#elif F32
  return s > 20.f * LOG2E ? 1.f : exp2_fast(s - l);
#else
  return exp2_fast(s - l);
#endif
}

// What a step past the end gets for s: no step at all, so that the state stays.
#if SOFTPLUS
#define NO_STEP (-10000.f)
#else
#define NO_STEP 0.f
#endif
