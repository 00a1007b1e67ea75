// The type of activations: float32 where F32 is 1, else bfloat16; all arithmetic is float32.
#pragma once
#include "device.cuh"
#ifndef F32
#define F32 0
#endif

#if F32
typedef float act;
typedef float raw;
typedef f2 act2;
typedef f4 act4;
DEVICE float up(raw v) { return v; }
DEVICE act down(float v) { return v; }
DEVICE void up2(act2 v, float* o) { o[0] = v.x; o[1] = v.y; }
DEVICE act2 down2(const float* o) { return act2{o[0], o[1]}; }
DEVICE void up4(act4 v, float* o) { o[0] = v.x; o[1] = v.y; o[2] = v.z; o[3] = v.w; }
DEVICE act4 down4(const float* o) { return act4{o[0], o[1], o[2], o[3]}; }
#else
typedef unsigned short act;
typedef unsigned raw;            // a loaded bfloat16 stays in a 32-bit register: 16-bit ones cost an instruction for each copy
typedef unsigned act2;
typedef half4_raw act4;
DEVICE float up(raw v) { return as_float(v << 16); }
DEVICE act down(float v) { return round_bf16(v); }
DEVICE void up2(act2 v, float* o) { o[0] = as_float(v << 16); o[1] = as_float(v & 0xffff0000u); }
DEVICE act2 down2(const float* o) { return pack_bf16(o[0], o[1]); }
DEVICE void up4(act4 v, float* o) { o[0] = as_float(v.x << 16); o[1] = as_float(v.x & 0xffff0000u); o[2] = as_float(v.y << 16); o[3] = as_float(v.y & 0xffff0000u); }
DEVICE act4 down4(const float* o) { return act4{pack_bf16(o[0], o[1]), pack_bf16(o[2], o[3])}; }
#endif

// COUNT neighbouring activations, a power of two (widen: from 2 on), aligned to their size: widened to float32 and rounded to the type.
template<int COUNT> DEVICE void widen(const act* from, float* to) {
  #pragma unroll
  for (int i = 0; i + 4 <= COUNT; i += 4) up4(*(const act4*)(from + i), to + i);
  if (COUNT == 2) up2(*(const act2*)from, to);
}
template<int COUNT> DEVICE void narrow(const float* from, act* to) {
  #pragma unroll
  for (int i = 0; i + 4 <= COUNT; i += 4) *(act4*)(to + i) = down4(from + i);
  if (COUNT == 2) *(act2*)to = down2(from);
  if (COUNT == 1) *to = down(*from);
}

#define LOG2E 1.4426950408889634f
#define LN2 0.6931471805599453f

// float32: exact to rounding; bfloat16: one special-function instruction, 2^-11 relative, below the type's own rounding.
DEVICE float sigmoid(float x) {
#if F32
  return 1.f / (1.f + exp2_fast(-LOG2E * x));
#else
  return fmaf(0.5f, tanh_fast(0.5f * x), 0.5f);
#endif
}
DEVICE float silu(float x) {
#if F32
  return x * sigmoid(x);
#else
  float half = 0.5f * x;
  return fmaf(half, tanh_fast(half), half);
#endif
}
// d silu / dx from x and sigmoid(x)
DEVICE float silu_slope(float x, float s) { return s * fmaf(x, 1.f - s, 1.f); }
