// The few instructions that kernels use beyond the language's own, as inline PTX: no header of CUDA's is needed, so that any NVRTC compiles the sources.
#pragma once
#define DEVICE __device__ __forceinline__

struct __align__(8) half4_raw { unsigned x, y; };          // four bfloat16
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

// c += a b over 16 of the sum's index k, a warp's worth of bfloat16: of lane 4 g + q, a[0] and a[1] are rows g and g + 8 at k = 2 q and 2 q + 1, a[2] and a[3] the same at
// k + 8; b0 and b1 are column g at those k; c[0], c[1] are row g of columns 2 q and 2 q + 1, c[2], c[3] row g + 8 of them.
DEVICE void mma16(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four 8 by 8 matrices of bfloat16 from shared memory: lane 8 i + r points at row r of matrix i, of which lane 4 g + q gets row g's elements 2 q and 2 q + 1 in m[i].
// As mma16 wants them: a, where lane i points at row i % 16, at k 8 (i / 16); b0 and b1 of two neighbouring sums of 16, where it points at column i % 8, at k 8 (i / 8).
DEVICE void load_matrices(unsigned (&m)[4], const void* from) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(m[0]), "=r"(m[1]), "=r"(m[2]), "=r"(m[3]) : "r"((unsigned)__cvta_generic_to_shared(from)) : "memory");
}

// 16 bytes from global to shared memory past the registers; zeros where `on` is false (the source is then not read).
DEVICE void copy16(void* to, const void* from, bool on) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(on ? 16 : 0) : "memory");
}
// The same by way of the first-level cache, for what another warp of the multiprocessor asks for as well.
DEVICE void copy16_by_l1(void* to, const void* from, bool on) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(on ? 16 : 0) : "memory");
}
DEVICE void copy8(void* to, const void* from, bool on) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(on ? 8 : 0) : "memory");
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
