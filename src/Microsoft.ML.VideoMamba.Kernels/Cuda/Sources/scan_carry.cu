// The middle one of a chunked scan's three launches: from each chunk's last state (counted from zero) to each chunk's first, in place. scan.cuh has the symbols.
#include "scan.cuh"

struct ScanCarryArguments {
  const float* A;          // (directions, CHANNELS, N)
  float* states;           // (directions, batch, chunks, N, CHANNELS): in, what each chunk adds; out, what it starts from
  const float* sums;       // (directions, batch, chunks, CHANNELS) sums of l
  const float* first;      // (directions, batch, N, CHANNELS) what the first chunk starts from, or null for zeros
  float* last;             // the same, what the last chunk ends with, or null
  int batch, chunks;
  int backwards;           // 1: the walk goes from the last chunk to the first, as the gradient does
};

// grid (ceil(CHANNELS / 128), N, directions * batch), 128 threads
extern "C" __global__ void __launch_bounds__(128) scan_carry(const __grid_constant__ ScanCarryArguments args) {
  const int c = blockIdx.x * 128 + threadIdx.x, n = blockIdx.y, sequence = blockIdx.z, chunks = args.chunks;
  if (c >= CHANNELS) return;
  const float a = args.A[((sequence / args.batch) * CHANNELS + c) * N + n];
  const long long one = ((long long)sequence * N + n) * CHANNELS + c;
  float carry = args.first ? args.first[one] : 0.f;
  float* states = args.states + ((long long)sequence * chunks * N + n) * CHANNELS + c;
  const float* sums = args.sums + (long long)sequence * chunks * CHANNELS + c;
  for (int k0 = 0; k0 < chunks; k0 += 8) {
    float added[8], l[8];
    #pragma unroll
    for (int i = 0; i < 8; i++) {
      const int k = args.backwards ? chunks - 1 - k0 - i : k0 + i;
      if (k0 + i < chunks) { added[i] = states[(long long)k * N * CHANNELS]; l[i] = sums[(long long)k * CHANNELS]; }
    }
    #pragma unroll
    for (int i = 0; i < 8; i++) {
      const int k = args.backwards ? chunks - 1 - k0 - i : k0 + i;
      if (k0 + i < chunks) { states[(long long)k * N * CHANNELS] = carry; carry = fmaf(carry, exp2_fast(a * l[i]), added[i]); }
    }
  }
  if (args.last) args.last[one] = carry;
}
