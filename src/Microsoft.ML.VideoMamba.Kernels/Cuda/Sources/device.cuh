// The few instructions that kernels use beyond the language's own, as inline PTX: no header of CUDA's is needed, so that any NVRTC compiles the sources.
#pragma once
#define DEVICE __device__ __forceinline__

struct __align__(8) half4_raw { unsigned x, y; };          // four bfloat16
struct __align__(16) half8_raw { unsigned x, y, z, w; };   // eight bfloat16
struct __align__(8) f2 { float x, y; };
struct __align__(16) f4 { float x, y, z, w; };

DEVICE float exp2_fast(float x) { float y; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float tanh_fast(float x) { float y; asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float rsqrt_exact(float x) { return rsqrtf(x); }
DEVICE float as_float(unsigned x) { return __uint_as_float(x); }
DEVICE unsigned as_bits(float x) { return __float_as_uint(x); }
DEVICE float from_lane_xor(float v, int mask) { return __shfl_xor_sync(0xffffffffu, v, mask); }

// Two floats to two bfloat16, rounded to nearest even; the first lies in the low half.
DEVICE unsigned pack_bf16(float low, float high) { unsigned r; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low)); return r; }
DEVICE unsigned short round_bf16(float v) { unsigned short r; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r) : "f"(v)); return r; }

// 16 bytes from global to shared memory past the registers; zeros where `on` is false (the source is then not read).
DEVICE void copy16(void* to, const void* from, bool on) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(on ? 16 : 0) : "memory");
}
DEVICE void copy4(void* to, const void* from, bool on) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(on ? 4 : 0) : "memory");
}
DEVICE void copy8(void* to, const void* from, bool on) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(on ? 8 : 0) : "memory");
}
template<int BYTES> DEVICE void copy_bytes(void* to, const void* from, bool on) {
  static_assert(BYTES == 4 || BYTES == 8 || BYTES == 16, "what an asynchronous copy takes");
  if (BYTES == 16) copy16(to, from, on); else if (BYTES == 8) copy8(to, from, on); else copy4(to, from, on);
}
DEVICE void copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template<int PENDING> DEVICE void copy_wait() { asm volatile("cp.async.wait_group %0;" :: "n"(PENDING) : "memory"); }

// Loads of what no one writes during the kernel: the compiler may move them ahead of stores.
DEVICE float load_constant(const float* p) { float v; asm("ld.global.nc.f32 %0, [%1];" : "=f"(v) : "l"(p)); return v; }
DEVICE unsigned short load_constant(const unsigned short* p) { unsigned short v; asm("ld.global.nc.u16 %0, [%1];" : "=h"(v) : "l"(p)); return v; }
DEVICE unsigned load_constant(const unsigned* p) { unsigned v; asm("ld.global.nc.u32 %0, [%1];" : "=r"(v) : "l"(p)); return v; }
DEVICE f2 load_constant(const f2* p) { f2 v; asm("ld.global.nc.v2.f32 {%0, %1}, [%2];" : "=f"(v.x), "=f"(v.y) : "l"(p)); return v; }
DEVICE f4 load_constant(const f4* p) { f4 v; asm("ld.global.nc.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(p)); return v; }
DEVICE half4_raw load_constant(const half4_raw* p) { half4_raw v; asm("ld.global.nc.v2.u32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "l"(p)); return v; }

// COUNT neighbouring floats, a power of two (take: from 2 on), aligned to as much as 16 bytes.
template<int COUNT> DEVICE void take(const float* from, float* to) {
  #pragma unroll
  for (int i = 0; i + 4 <= COUNT; i += 4) { const f4 v = *(const f4*)(from + i); to[i] = v.x; to[i + 1] = v.y; to[i + 2] = v.z; to[i + 3] = v.w; }
  if (COUNT == 2) { const f2 v = *(const f2*)from; to[0] = v.x; to[1] = v.y; }
}
template<int COUNT> DEVICE void put(const float* from, float* to) {
  #pragma unroll
  for (int i = 0; i + 4 <= COUNT; i += 4) *(f4*)(to + i) = f4{from[i], from[i + 1], from[i + 2], from[i + 3]};
  if (COUNT == 2) *(f2*)to = f2{from[0], from[1]};
  if (COUNT == 1) *to = *from;
}
