// The selective scan, both directions in one launch. scan.cuh has the symbols.
//
//   u, delta  (directions, batch, length, CHANNELS)      z  (batch, length, Z_ROW), shared by the directions      bc  (directions, batch, length, BC_ROW)
//   A  (directions, CHANNELS, N) float32                 D, bias  (directions, CHANNELS) float32
//   y  directions `y_direction` elements apart, rows of Y_ROW;   dy (adjoint_ends: in the place of u) likewise
//
// A lane owns a channel and its 16 states; a warp owns 32 channels and shares nothing with the block's others. Rows of u, delta, z and B|C of eight steps come
// by asynchronous copies, STAGES groups deep; B and C are widened to float32 once a group and warp and then read as 16-byte broadcasts. The step sizes of a
// group are computed during the group before, so that the latency of softplus hides behind it. No tensor instruction: the card then runs at its full clock.
//
// A long sequence at a small batch is cut into chunks and takes three launches: scan_ends (each chunk's last state from zero, and its sum of l), scan_carry
// (from these each chunk's first state), scan_forward (each chunk from its first state). The gradient's walk is cut at the same places: adjoint_ends gives what
// each chunk adds to the gradient of the state before it, walking it backwards: P = 2^(l A) (P + ln 2 dy C), with dy in the place of u and C in that of B.
// scan_ends also walks a sequence again to keep its states, given each chunk's first: a walk without outputs, for a backward pass.
#include "scan.cuh"
#define WARPS 2
#ifndef STAGES
#define STAGES 4
#endif

struct ScanForwardArguments {
  const act *u, *delta, *z, *bc;
  const float *A, *D, *bias;
  act* y;
  const float* first;      // (directions, batch, chunks, N, CHANNELS) states / ln 2 before each chunk, or null for zeros
  float* last;             // (directions, batch, chunks, N, CHANNELS) states / ln 2 after each chunk, or null
  act* kept;               // (directions, batch, ceil(length / EVERY), N, CHANNELS) states / ln 2 before every EVERY-th step, rounded, or null
  float* marks;            // (directions, batch, ceil(length / marked), N, CHANNELS) states / ln 2 before every `marked`-th step, or null: scan_forward in one chunk
  float* sums;             // (directions, batch, chunks, CHANNELS) sums of l over each chunk: scan_ends and adjoint_ends, or null
  long long y_direction, dy_direction;   // elements from one direction's y (dy) to the other's; 0 where both get the same dy
  int batch, length, chunk;   // steps of a chunk: a multiple of EVERY and 8, or the length
  int reverse;                // what the first direction is: 0 forward, 1 reverse; the second is the other
  int marked;                 // a multiple of 8
  int skip;                   // the chunk whose end no one asks for: scan_ends and adjoint_ends
};

struct __align__(16) Stage { act u[8][32], delta[8][32], z[8][32], bc[8][2 * N]; };
struct Shared { Stage ring[WARPS][STAGES]; f4 bc[WARPS][2][8][8]; };

enum Walk { OUTPUTS, ENDS, ADJOINT };
enum Skip { NONE, FIRST, LAST };

template<int WALK> DEVICE void scan(const ScanForwardArguments& args, Shared& shared) {
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, g = lane >> 2, t = lane & 3;
  const int base = (blockIdx.x * WARPS + warp) * 32;
  if (base >= CHANNELS) return;
  const int chunks = (args.length + args.chunk - 1) / args.chunk, walked = chunks - (args.skip != NONE), direction = blockIdx.z;
  const int clip = blockIdx.y / walked, k = blockIdx.y % walked + (args.skip == FIRST);
  const bool forwards = (direction ^ args.reverse) == 0;
  const int sign = forwards != (WALK == ADJOINT) ? 1 : -1, length = args.length;
  const int start = k * args.chunk, end = min(length, start + args.chunk);
  const long long sequence = (long long)direction * args.batch + clip, row = sequence * chunks + k;
  const bool live = base + lane < CHANNELS;
  const int c = live ? base + lane : CHANNELS - 1;
  auto token = [&](int step) {
    const int walked = WALK == ADJOINT ? start + end - 1 - step : step;
    return forwards ? walked : length - 1 - walked;
  };

  constexpr bool gated = GATE && WALK != ENDS;
  float a[N], h[N];
  const float* A = args.A + (direction * CHANNELS + c) * N;
  #pragma unroll
  for (int n = 0; n < N; n++) {
    a[n] = A[n];
    h[n] = args.first ? args.first[(row * N + n) * CHANNELS + c] : 0.f;
  }
  const float skip = args.D && WALK == OUTPUTS ? args.D[direction * CHANNELS + c] : 0.f, bias = args.bias ? args.bias[direction * CHANNELS + c] * LOG2E : 0.f;
  float sum = 0.f;

  // The lane copies pieces of row g of each array. Behind the last channel it copies the first ones again: they are never used.
  const int piece = 8 * t;
  const bool inside = base + piece < CHANNELS;
  const long long from = token(start + g);
  const act* u = args.u + (WALK == ADJOINT ? direction * args.dy_direction + ((long long)clip * length + from) * DY_ROW : (sequence * length + from) * CHANNELS) + (inside ? base + piece : 0);
  const act* delta = args.delta + (sequence * length + from) * CHANNELS + (inside ? base + piece : 0);
  const act* z = gated ? args.z + ((long long)clip * length + from) * Z_ROW + (inside ? base + piece : 0) : 0;
  const act* bc = args.bc + (sequence * length + from) * BC_ROW + piece;
  auto fetch = [&](int step) {
    Stage& stage = shared.ring[warp][((step - start) >> 3) % STAGES];
    const bool in = step + g < end;
    #pragma unroll
    for (int i = 0; i < PIECES; i++) {
      const int at = piece + i * WIDE;
      copy16(&stage.u[g][at], u + i * WIDE, in); copy16(&stage.delta[g][at], delta + i * WIDE, in); copy16(&stage.bc[g][at], bc + i * WIDE, in);
      if (gated) copy16(&stage.z[g][at], z + i * WIDE, in);
    }
    copy_commit();
    u += sign * 8 * (WALK == ADJOINT ? DY_ROW : CHANNELS); delta += sign * 8 * CHANNELS; bc += sign * 8 * BC_ROW;
    if (gated) z += sign * 8 * Z_ROW;
  };
  float l[8];
  auto prepare = [&](int step) {                             // the step sizes and the float32 B|C of the group at `step`
    const int group = (step - start) >> 3;
    const Stage& stage = shared.ring[warp][group % STAGES];
    #pragma unroll
    for (int i = 0; i < 8; i++) {
      const float s = fmaf(up(stage.delta[i][lane]), LOG2E, bias);
      l[i] = step_size(step + i < end ? s : NO_STEP);
      if (WALK != OUTPUTS) sum += l[i];
    }
    float v[4];
    up4(*(const act4*)&stage.bc[g][piece], v); shared.bc[warp][group & 1][g][2 * t] = f4{v[0], v[1], v[2], v[3]};
    up4(*(const act4*)&stage.bc[g][piece + 4], v); shared.bc[warp][group & 1][g][2 * t + 1] = f4{v[0], v[1], v[2], v[3]};
  };

  for (int i = 0; i < STAGES - 1; i++) fetch(start + 8 * i);
  copy_wait<STAGES - 2>(); __syncwarp();
  prepare(start);
  int half = 0, mark = WALK == OUTPUTS && args.marks ? 0 : end;
  #pragma unroll 1
  for (int step = start; step < end; step += 8, half ^= 1) {
    if (WALK != ADJOINT && args.kept && step % EVERY == 0 && live) {
      act* kept = args.kept + (sequence * ((length + EVERY - 1) / EVERY) + step / EVERY) * N * CHANNELS + c;
      #pragma unroll
      for (int n = 0; n < N; n++) kept[n * CHANNELS] = down(h[n]);
    }
    if (WALK == OUTPUTS && step == mark) {
      float* marks = args.marks + (sequence * ((length + args.marked - 1) / args.marked) + step / args.marked) * N * CHANNELS + c;
      #pragma unroll
      for (int n = 0; n < N; n++) if (live) marks[n * CHANNELS] = h[n];
      mark += args.marked;
    }
    float now[8];
    #pragma unroll
    for (int i = 0; i < 8; i++) now[i] = l[i];
    copy_wait<STAGES - 3>(); __syncwarp();                   // this group and the next are there; all lanes are done with the one before
    fetch(step + 8 * (STAGES - 1));
    const Stage& stage = shared.ring[warp][((step - start) >> 3) % STAGES];
    act* y = args.y + direction * args.y_direction + ((long long)clip * length + token(step)) * Y_ROW + c;
    #pragma unroll
    for (int p = 0; p < 8; p++) {
      const float input = up(stage.u[p][lane]);
      const float fed = WALK != ADJOINT ? now[p] * input : gated ? LN2 * input * silu(up(stage.z[p][lane])) : LN2 * input;
      float even = 0.f, odd = 0.f;
      #pragma unroll
      for (int q = 0; q < N / 4; q++) {
        const f4 b4 = shared.bc[warp][half][p][WALK == ADJOINT ? N / 4 + q : q], c4 = shared.bc[warp][half][p][N / 4 + q];
        const float b[4] = {b4.x, b4.y, b4.z, b4.w}, cc[4] = {c4.x, c4.y, c4.z, c4.w};
        #pragma unroll
        for (int i = 0; i < 4; i++) {
          const int n = 4 * q + i;
          const float e = decay(now[p], a[n], n);
          h[n] = WALK == ADJOINT ? e * fmaf(fed, b[i], h[n]) : fmaf(h[n], e, fed * b[i]);
          if (WALK == OUTPUTS) { if (i & 1) odd = fmaf(h[n], cc[i], odd); else even = fmaf(h[n], cc[i], even); }
        }
      }
      if (WALK == OUTPUTS) {
        float out = fmaf(LN2, even + odd, skip * input);
        if (GATE) out *= silu(up(stage.z[p][lane]));
        if (live && step + p < end) *y = down(out);
        y += sign * Y_ROW;
      }
    }
    prepare(step + 8);
  }
  copy_wait<0>();
  if (args.last && live) {
    #pragma unroll
    for (int n = 0; n < N; n++) args.last[(row * N + n) * CHANNELS + c] = h[n];
  }
  if (WALK != OUTPUTS && args.sums && live) args.sums[row * CHANNELS + c] = sum;
}

// grid (ceil(CHANNELS / 64), batch * chunks that are walked, directions), 64 threads
extern "C" __global__ void __launch_bounds__(32 * WARPS, 12 / WARPS) scan_forward(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared shared;
  scan<OUTPUTS>(args, shared);
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, 12 / WARPS) scan_ends(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared shared;
  scan<ENDS>(args, shared);
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, 12 / WARPS) adjoint_ends(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared shared;
  scan<ADJOINT>(args, shared);
}
