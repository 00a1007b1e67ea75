// The selective scan, both directions in one launch. scan.cuh has the symbols.
//
//   u  (directions, batch, length, CHANNELS)      z  (batch, length, Z_ROW), shared by the directions      bc  (directions, batch, length, BC_ROW)
//   A  (directions, CHANNELS, N) float32                 D, bias  (directions, CHANNELS) float32
//   y  directions `y_direction` elements apart, rows of Y_ROW;   delta, dy (adjoint_ends: in the place of u) likewise
//   y may lie in the place of delta: each of its elements is written by the thread that read delta there, after that.
//
// A block owns 32 channels, and its PARTS warps share their states: few sequences then still give the card enough warps, and no work is done twice. A lane walks
// a tile: N / PARTS states of one channel where outputs are asked for, whose sums over states then stay in the lane; else half as many of two channels, for
// which B is read half as often. What is not of a state (step size, l u, the sum over states, skip, gate) is done once: a thread does it for a piece of neighbouring
// channels of one step, whose elements it copied itself, and hands it to and takes it from the lanes through shared memory. A round of the loop walks eight
// steps, prepares the eight after them and finishes the eight before, with one barrier. Rows come by asynchronous copies, STAGES rounds deep; B and C are widened
// to float32 once and then read as broadcasts. No tensor instruction: the card then runs at its full clock.
//
// A long sequence at a small batch is cut into chunks and takes three launches: scan_ends (each chunk's last state from zero, and its sum of l), scan_carry
// (from these each chunk's first state), scan_forward (each chunk from its first state). The gradient's walk is cut at the same places: adjoint_ends gives what
// each chunk adds to the gradient of the state before it, walking it backwards: P = 2^(l A) (P + ln 2 dy C), with dy in the place of u and C in that of B.
// scan_ends also walks a sequence again to keep its states, given each chunk's first: a walk without outputs, for a backward pass.
//
// scan_meeting adds the directions' outputs up. Both walks of a sequence go halfway, to where they meet, and leave their outputs without the gate, each direction's
// in its place of y; then they wait for each other, and in their second halves add what they find to their own, gate it, and leave the sum in the first direction's
// place. The blocks of the two walks are a cluster, so that they run at the same time.
#ifndef PARTS
#define PARTS 2                  // 2 or 4
#endif
#include "scan.cuh"
#ifndef STAGES
#define STAGES 4                 // a power of two
#endif
#ifndef BLOCKS
#define BLOCKS (PARTS == 2 ? 10 : 6)                       // that a multiprocessor has registers for
#endif
#define MEETING_BLOCKS (BLOCKS - 1)                        // measured
#define PIECE (8 / PARTS)        // channels of a thread
#define ROUND 8                  // steps
static_assert(EVERY == ROUND, "a state is kept each round");

struct ScanForwardArguments {
  const act *u, *delta, *z, *bc;
  const float *A, *D, *bias;
  act* y;
  const float* first;      // (directions, batch, chunks, N, CHANNELS) states / ln 2 before each chunk, or null for zeros
  float* last;             // (directions, batch, chunks, N, CHANNELS) states / ln 2 after each chunk, or null
  act* kept;               // (directions, batch, ceil(length / EVERY), N, CHANNELS) states / ln 2 before every EVERY-th step, rounded, or null: scan_keeping and scan_ends
  float* marks;            // (directions, batch, ceil(length / marked), N, CHANNELS) states / ln 2 before every `marked`-th step, or null: scan_keeping in one chunk
  float* sums;             // (directions, batch, chunks, CHANNELS) sums of l over each chunk: scan_ends and adjoint_ends, or null
  long long delta_direction, y_direction, dy_direction;   // elements from one direction's delta (y, dy) to the other's; 0 where both get the same dy
  int batch, length, chunk;   // steps of a chunk: a multiple of EVERY and 8, or the length
  int reverse;                // what the first direction is: 0 forward, 1 reverse; the second is the other
  int marked;                 // a multiple of 8
  int skip;                   // the chunk whose end no one asks for: scan_ends and adjoint_ends
};

enum Walk { OUTPUTS, ENDS, ADJOINT };
enum Skip { NONE, FIRST, LAST };

// What a lane walks.
template<int WALK> struct Tile {
  static constexpr int CHANNELS_OF = WALK == OUTPUTS ? 1 : 2, STATES_OF = N / PARTS / CHANNELS_OF;
  static constexpr int POLYNOMIALS = WALK == OUTPUTS ? 0 : PARTS == 4 ? 1 : 2;       // measured
  static DEVICE int channel(int lane, int part) { return WALK == OUTPUTS ? lane : part % 2 * 16 + lane / 4 * 2; }
  static DEVICE int state(int lane, int part) { return WALK == OUTPUTS ? part * STATES_OF : part / 2 * (N / 2) + lane % 4 * STATES_OF; }
};

template<bool MEETING> struct __align__(16) Rows {
  act u[ROUND * 32], delta[ROUND * 32], z[ROUND * 32], bc[ROUND * 2 * N];
  act met[MEETING ? ROUND * 32 : 8];                         // what the other walk left
};
template<int WALK> struct Prepared {
  f2 fed[ROUND * 32];                                        // l and what feeds the states, of a step and channel
  f4 bc[ROUND * N / 2];
  float y[WALK == OUTPUTS ? PARTS : 1][ROUND * 32];          // <C, h> of each warp's states
};
template<int WALK, bool MEETING> struct Shared { Rows<MEETING> ring[STAGES]; Prepared<WALK> rounds[2]; };

// A tile of states, to rows of CHANNELS: floats, or activations.
template<int R, int OWN, typename T> DEVICE void store_states(const float (&h)[R][OWN], T* to) {
  #pragma unroll
  for (int n = 0; n < OWN; n++) {
    float of[R];
    #pragma unroll
    for (int r = 0; r < R; r++) of[r] = h[r][n];
    if constexpr (sizeof(T) == sizeof(float)) put<R>(of, to + n * CHANNELS); else narrow<R>(of, to + n * CHANNELS);
  }
}

// Waits for the other walk of the sequence; what it wrote until then is seen behind this.
DEVICE void meet() { asm volatile("barrier.cluster.arrive.release.aligned;\n\tbarrier.cluster.wait.acquire.aligned;" ::: "memory"); }

template<int WALK, bool KEEPING, bool MEETING> DEVICE void scan(const ScanForwardArguments& args, Shared<WALK, MEETING>& shared) {
  const int lane = threadIdx.x & 31, part = threadIdx.x >> 5, base = blockIdx.x * 32;
  const int chunks = (args.length + args.chunk - 1) / args.chunk, walked = chunks - (args.skip != NONE), direction = blockIdx.z;
  const int clip = blockIdx.y / walked, k = blockIdx.y % walked + (args.skip == FIRST);
  const bool forwards = (direction ^ args.reverse) == 0;
  const int sign = forwards != (WALK == ADJOINT) ? 1 : -1, length = args.length;
  const long long sequence = (long long)direction * args.batch + clip, row = sequence * chunks + k;

  constexpr int R = Tile<WALK>::CHANNELS_OF, OWN = Tile<WALK>::STATES_OF;
  const int first = Tile<WALK>::channel(lane, part), state = Tile<WALK>::state(lane, part);
  const bool live = base + first < CHANNELS;
  const int c = live ? base + first : 0;
  const long long own = (long long)state * CHANNELS + c;
  float a[R][OWN], h[R][OWN], sum[R] = {};
  #pragma unroll
  for (int r = 0; r < R; r++) {
    #pragma unroll
    for (int n = 0; n < OWN; n++) {
      a[r][n] = args.A[(direction * CHANNELS + c + r) * N + state + n];
      h[r][n] = args.first ? args.first[(row * N + n) * CHANNELS + own + r] : 0.f;
    }
  }

  // What the thread copies, prepares and finishes: a piece of a round's row g. Behind the last channel it copies the first ones again: they are never used.
  const int g = threadIdx.x / (4 * PARTS), piece = threadIdx.x % (4 * PARTS) * PIECE, at = g * 32 + piece;
  const bool inside = base + piece < CHANNELS;
  const int channel = inside ? base + piece : 0;
  float skip[PIECE], bias[PIECE];
  #pragma unroll
  for (int i = 0; i < PIECE; i++) {
    skip[i] = args.D && WALK == OUTPUTS ? args.D[direction * CHANNELS + channel + i] : 0.f;
    bias[i] = args.bias ? args.bias[direction * CHANNELS + channel + i] * LOG2E : 0.f;
  }

  // A walk to the end, or two legs of one that meets another.
  const int half = forwards ? length / 2 : length - length / 2;
  #pragma unroll 1
  for (int leg = 0; leg < (MEETING ? 2 : 1); leg++) {
    const bool adding = MEETING && leg == 1, gated = GATE && WALK != ENDS && (!MEETING || adding);
    const int start = MEETING ? leg * half : k * args.chunk, end = !MEETING ? min(length, start + args.chunk) : adding ? length : half;
    const int rest = end - start - g, walk_row = WALK == ADJOINT ? end - 1 - g : start + g;      // round r has a row g where ROUND * r < rest
    const long long from = forwards ? walk_row : length - 1 - walk_row, token = (long long)clip * length + from, ours = sequence * length + from;
    const act* u = args.u + (WALK == ADJOINT ? direction * args.dy_direction + token * DY_ROW : ours * CHANNELS) + channel;
    const act* delta = args.delta + direction * args.delta_direction + token * DELTA_ROW + channel;
    const act* z = args.z + token * Z_ROW + channel;
    const act* bc = args.bc + ours * BC_ROW + piece;
    const act* met = args.y + (1 - direction) * args.y_direction + token * Y_ROW + channel;
    act* y = args.y + (adding ? 0 : direction * args.y_direction) + (token - sign * ROUND) * Y_ROW + channel;      // of the round before
    auto fetch = [&](int round) {
      Rows<MEETING>& to = shared.ring[round & (STAGES - 1)];
      const bool in = ROUND * round < rest;
      copy<PIECE>(to.u + at, u, in); copy<PIECE>(to.delta + at, delta, in); copy<PIECE>(to.bc + at, bc, in);
      if (gated) copy<PIECE>(to.z + at, z, in);
      if (adding) copy<PIECE>(to.met + at, met, in);
      copy_commit();
      u += sign * ROUND * (WALK == ADJOINT ? DY_ROW : CHANNELS); delta += sign * ROUND * DELTA_ROW; bc += sign * ROUND * BC_ROW; z += sign * ROUND * Z_ROW;
      if (MEETING) met += sign * ROUND * Y_ROW;
    };
    float fed[2 * PIECE], maps[PIECE];                           // of the next round
    auto prepare = [&](int round) {
      const Rows<MEETING>& of = shared.ring[round & (STAGES - 1)];
      const float valid = ROUND * round < rest ? 1.f : 0.f;        // a step past the end is none: the state stays
      float input[PIECE], s[PIECE], gate[PIECE];
      widen<PIECE>(of.u + at, input); widen<PIECE>(of.delta + at, s); widen<PIECE>(of.bc + at, maps);
      if (gated && WALK == ADJOINT) widen<PIECE>(of.z + at, gate);
      #pragma unroll
      for (int i = 0; i < PIECE; i++) {
        const float l = valid * step_size(fmaf(s[i], LOG2E, bias[i]));
        fed[2 * i] = l;
        fed[2 * i + 1] = WALK != ADJOINT ? l * input[i] : gated ? LN2 * input[i] * silu(gate[i]) : LN2 * input[i];
      }
    };
    auto hand_over = [&](int round) {
      Prepared<WALK>& to = shared.rounds[round & 1];
      put<2 * PIECE>(fed, &to.fed[at].x);
      put<PIECE>(maps, &to.bc[0].x + at);
    };
    auto finish = [&](int round) {
      const Rows<MEETING>& of = shared.ring[round & (STAGES - 1)];
      const Prepared<WALK>& sums = shared.rounds[round & 1];
      float out[PIECE], input[PIECE], gate[PIECE];
      take<PIECE>(sums.y[0] + at, out);
      #pragma unroll
      for (int p = 1; p < (WALK == OUTPUTS ? PARTS : 1); p++) {
        float more[PIECE];
        take<PIECE>(sums.y[p] + at, more);
        #pragma unroll
        for (int i = 0; i < PIECE; i++) out[i] += more[i];
      }
      widen<PIECE>(of.u + at, input);
      #pragma unroll
      for (int i = 0; i < PIECE; i++) out[i] = fmaf(LN2, out[i], skip[i] * input[i]);
      if (adding) {
        float more[PIECE];
        widen<PIECE>(of.met + at, more);
        #pragma unroll
        for (int i = 0; i < PIECE; i++) out[i] += more[i];
      }
      if (gated) {
        widen<PIECE>(of.z + at, gate);
        #pragma unroll
        for (int i = 0; i < PIECE; i++) out[i] *= silu(gate[i]);
      }
      if (inside && round >= 0 && ROUND * round < rest) narrow<PIECE>(out, y);
      y += sign * ROUND * Y_ROW;
    };

    for (int i = 0; i < STAGES - 1; i++) fetch(i);
    copy_wait<STAGES - 2>();
    prepare(0);
    hand_over(0);
    int mark = 0;
    const int marked = KEEPING && args.marks ? (length + args.marked - 1) / args.marked : 0;
    const int rounds = (end - start + ROUND - 1) / ROUND;
    #pragma unroll 1
    for (int round = 0; round < rounds; round++) {
      __syncthreads();                                         // this round is prepared, the one before it walked
      if (WALK == OUTPUTS) finish(round - 1);
      fetch(round + STAGES - 1);
      copy_wait<STAGES - 2>();
      prepare(round + 1);
      if (WALK != ADJOINT && (KEEPING || WALK == ENDS) && args.kept && live) {
        store_states(h, args.kept + (sequence * ((length + EVERY - 1) / EVERY) + start / EVERY + round) * N * CHANNELS + own);
      }
      if (KEEPING && args.marks && ROUND * round == mark) {
        if (live) store_states(h, args.marks + (sequence * marked + mark / args.marked) * N * CHANNELS + own);
        mark += args.marked;
      }
      Prepared<WALK>& now = shared.rounds[round & 1];
      float sums[ROUND];                                       // stored at the end: a store would hold back the next step's loads
      #pragma unroll
      for (int p = 0; p < ROUND; p++) {
        float step[2 * R], b[OWN], maps[OWN], even = 0.f, odd = 0.f;
        take<2 * R>(&now.fed[32 * p + first].x, step);
        take<OWN>(&now.bc[0].x + 2 * N * p + (WALK == ADJOINT ? N : 0) + state, b);
        if (WALK == OUTPUTS) take<OWN>(&now.bc[0].x + 2 * N * p + N + state, maps);
        #pragma unroll
        for (int r = 0; r < R; r++) {
          const float l = step[2 * r], fed = step[2 * r + 1];
          if (WALK != OUTPUTS) sum[r] += l;
          #pragma unroll
          for (int n = 0; n < OWN; n++) {
            const float e = decay<Tile<WALK>::POLYNOMIALS>(l, a[r][n], R * OWN * p + OWN * r + n);
            h[r][n] = WALK == ADJOINT ? e * fmaf(fed, b[n], h[r][n]) : fmaf(h[r][n], e, fed * b[n]);
            if (WALK == OUTPUTS) { if (n & 1) odd = fmaf(h[r][n], maps[n], odd); else even = fmaf(h[r][n], maps[n], even); }
          }
        }
        sums[p] = even + odd;
      }
      #pragma unroll
      for (int p = 0; p < ROUND; p++) if (WALK == OUTPUTS) now.y[part][32 * p + lane] = sums[p];
      hand_over(round + 1);
    }
    copy_wait<0>();
    if (WALK == OUTPUTS) {
      __syncthreads();
      finish(rounds - 1);
    }
    if (MEETING && !adding) meet();
  }
  if (args.last && live) store_states(h, args.last + row * N * CHANNELS + own);
  if (WALK != OUTPUTS && args.sums && live && state == 0) put<R>(sum, args.sums + row * CHANNELS + c);
}

// grid (ceil(CHANNELS / 32), batch * chunks that are walked, directions), 32 PARTS threads
#define KERNEL extern "C" __global__ void __launch_bounds__(32 * PARTS, BLOCKS)

KERNEL scan_forward(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, false> shared;
  scan<OUTPUTS, false, false>(args, shared);
}

// The same, leaving kept states and marks: apart, so that scan_forward does without the code for it.
KERNEL scan_keeping(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, false> shared;
  scan<OUTPUTS, true, false>(args, shared);
}

KERNEL scan_ends(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<ENDS, false> shared;
  scan<ENDS, false, false>(args, shared);
}

KERNEL adjoint_ends(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<ADJOINT, false> shared;
  scan<ADJOINT, false, false>(args, shared);
}

// The same grid, not cut into chunks, with both directions. Clusters came with compute capability 9.0.
#if __CUDA_ARCH__ >= 900
extern "C" __global__ void __cluster_dims__(1, 1, 2) __launch_bounds__(32 * PARTS, MEETING_BLOCKS) scan_meeting(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, true> shared;
  scan<OUTPUTS, false, true>(args, shared);
}
#endif
