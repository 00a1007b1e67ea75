// The selective scan, both directions in one launch. scan.cuh has the symbols.
//
//   u  (directions, batch, length, CHANNELS)      z  (batch, length, Z_ROW), shared by the directions      bc  (directions, batch, length, BC_ROW)
//   A  (directions, CHANNELS, N) float32                 D, bias  (directions, CHANNELS) float32
//   y  directions `y_direction` elements apart, rows of Y_ROW;   delta, dy (adjoint_ends: in the place of u) likewise
//   y may lie in the place of delta: each of its elements is written rounds after delta was read there, by the same block.
//
// A block owns 32 channels, and its PARTS warps share their states: few sequences then still give the card enough warps, and no work is done twice. A lane walks
// a tile: N / PARTS states of one channel where outputs are asked for, whose sums over states then stay in the lane; else half as many of two channels, for
// which B is read half as often. What is not of a state (step size, l u, the sum over states, skip, gate) is done once: a thread does it for some neighbouring
// channels of one step, and hands it to and takes it from the lanes through shared memory. A round of the loop walks eight steps, prepares the eight after them and
// finishes the eight before, with one barrier. Rows come by asynchronous copies of 16 bytes, which pass by the L1: copies that wait in it are more than it holds.
// B and C are widened to float32 once and then read as broadcasts. No tensor instruction: the card then runs at its full clock.
//
// A long sequence at a small batch is cut into chunks and takes three launches: scan_ends (each chunk's last state from zero, and its sum of l), scan_carry
// (from these each chunk's first state), scan_forward (each chunk from its first state). The gradient's walk is cut at the same places: adjoint_ends gives what
// each chunk adds to the gradient of the state before it, walking it backwards: P = 2^(l A) (P + ln 2 dy C), with dy in the place of u and C in that of B.
// scan_ends also walks a sequence again to keep its states, given each chunk's first: a walk without outputs, for a backward pass.
//
// scan_meeting adds the directions' outputs up. Both walks of a sequence go halfway, to where they meet, and leave their outputs without the gate, each direction's
// in its place of y; in their second halves they add what they find to their own, gate it, and leave the sum in the first direction's place.
//
// scan_meeting and scan_pieces walk sequences that are not cut, but in pieces, one behind the other: a block takes the next one that no one has taken, first pieces of
// all walks before second ones, waits for what it follows and passes the states on in memory. So walks that are more than the card has places for, or not a multiple
// of its multiprocessors, still end at the same time. A block waits only for what was taken before, by blocks that run: some block always goes on.
#ifndef PARTS
#define PARTS 2                  // 2 or 4
#endif
#include "scan.cuh"
#ifndef STAGES
#define STAGES (F32 ? 4 : 8)     // rounds of rows in shared memory, a power of two
#endif
#define AHEAD (STAGES - 2)       // rounds that rows are asked for ahead: where the newest go, no thread reads any more
#ifndef BLOCKS
#define BLOCKS (PARTS == 2 ? 8 : 6)                        // of a multiprocessor, which so many registers are left for
#endif
#ifndef MEETING_BLOCKS
#define MEETING_BLOCKS (PARTS == 2 ? 7 : 5)
#endif
#define GROUPS ((CHANNELS + 31) / 32)                      // of channels
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
  float* between;             // walks in pieces: (directions, batch, N, CHANNELS) states / ln 2 between them
  int* tickets;               // the same, zeros: how many pieces were taken; of each walk, (directions, batch, GROUPS), how many are done
  int batch, length, chunk;   // steps of a chunk (piece): a multiple of EVERY and 8, or the length
  int reverse;                // what the first direction is: 0 forward, 1 reverse; the second is the other
  int marked;                 // a multiple of 8
  int skip;                   // the chunk whose end no one asks for: scan_ends and adjoint_ends
};

enum Walk { OUTPUTS, ENDS, ADJOINT };
enum Skip { NONE, FIRST, LAST };
enum Leg { ALONE, LEAVING, ADDING };                         // a walk that meets none; one that meets another, until then and from there on

// What a lane walks.
template<int WALK> struct Tile {
  static constexpr int CHANNELS_OF = WALK == OUTPUTS ? 1 : 2, STATES_OF = N / PARTS / CHANNELS_OF;
  static constexpr int POLYNOMIALS = WALK == OUTPUTS ? 0 : PARTS == 4 ? 1 : 2;       // measured
  static DEVICE int channel(int lane, int part) { return WALK == OUTPUTS ? lane : part % 2 * 16 + lane / 4 * 2; }
  static DEVICE int state(int lane, int part) { return WALK == OUTPUTS ? part * STATES_OF : part / 2 * (N / 2) + lane % 4 * STATES_OF; }
};

template<bool MEETING> struct __align__(16) Rows {
  act u[ROUND * 32], delta[ROUND * 32], bc[ROUND * 2 * N], z[ROUND * 32];
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

// What a block walks: steps from `start` to before `end` of one direction of a clip, the channels of one group. k counts the chunk or piece.
struct Task { int group, direction, clip, k, start, end; };

DEVICE long long sequence_of(const ScanForwardArguments& args, const Task& task) { return (long long)task.direction * args.batch + task.clip; }
DEVICE bool goes_forwards(const ScanForwardArguments& args, int direction) { return (direction ^ args.reverse) == 0; }

// grid (GROUPS, batch * chunks that are walked, directions)
DEVICE Task chunk_of_block(const ScanForwardArguments& args) {
  const int chunks = (args.length + args.chunk - 1) / args.chunk, walked = chunks - (args.skip != NONE), k = blockIdx.y % walked + (args.skip == FIRST);
  return {(int)blockIdx.x, (int)blockIdx.z, (int)(blockIdx.y / walked), k, k * args.chunk, min(args.length, (k + 1) * args.chunk)};
}

DEVICE int load_acquire(const int* p) { int v; asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(p) : "memory"); return v; }
DEVICE void store_release(int* p, int v) { asm volatile("st.release.gpu.global.s32 [%0], %1;" :: "l"(p), "r"(v) : "memory"); }
DEVICE int* done(const ScanForwardArguments& args, const Task& task, int direction) { return args.tickets + 1 + (direction * args.batch + task.clip) * GROUPS + task.group; }

// One thread: until so many pieces are done.
DEVICE void wait_for(const int* done, int pieces) { while (load_acquire(done) < pieces) asm volatile("nanosleep.u32 100;"); }

// Pieces of a walk, or of half of one that meets another.
template<bool MEETING> DEVICE int pieces_of(const ScanForwardArguments& args) { return ((MEETING ? (args.length + 1) / 2 : args.length) + args.chunk - 1) / args.chunk; }

// grid (GROUPS * directions, batch, pieces)
template<bool MEETING> DEVICE Task take_piece(const ScanForwardArguments& args) {
  __shared__ int ticket;
  if (threadIdx.x == 0) ticket = atomicAdd(args.tickets, 1);
  __syncthreads();
  const int directions = gridDim.x / GROUPS, walks = gridDim.x * gridDim.y, k = ticket / walks, walk = ticket % walks, channels = walk / directions;
  Task task = {channels % GROUPS, walk % directions, channels / GROUPS, k, k * args.chunk, args.length};
  if (MEETING) {
    const int pieces = pieces_of<true>(args), half = goes_forwards(args, task.direction) ? args.length / 2 : args.length - args.length / 2;
    if (k < pieces) task.end = half; else task.start = half + (k - pieces) * args.chunk;
  }
  task.end = min(task.end, task.start + args.chunk);           // of an empty piece before its start
  return task;
}

// before, after: (N, CHANNELS) states / ln 2 of the sequence, or null;   sums: CHANNELS sums of l, or null
template<int WALK, bool KEEPING, Leg LEG> DEVICE void scan(
    const ScanForwardArguments& args, const Task& task, const float* before, float* after, float* sums, Shared<WALK, LEG != ALONE>& shared) {
  constexpr bool MEETING = LEG != ALONE, GATED = GATE && WALK != ENDS && LEG != LEAVING;
  const int lane = threadIdx.x & 31, part = threadIdx.x >> 5, base = task.group * 32, length = args.length, start = task.start, end = task.end;
  const bool forwards = goes_forwards(args, task.direction);
  const int sign = forwards != (WALK == ADJOINT) ? 1 : -1;
  const long long sequence = sequence_of(args, task);

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
      a[r][n] = args.A[(task.direction * CHANNELS + c + r) * N + state + n];
      h[r][n] = before ? before[n * CHANNELS + own + r] : 0.f;
    }
  }

  // What the thread prepares and finishes: a piece of a round's row g.
  const int g = threadIdx.x / (4 * PARTS), piece = threadIdx.x % (4 * PARTS) * PIECE, at = g * 32 + piece;
  const bool inside = base + piece < CHANNELS;
  const int channel = inside ? base + piece : 0;
  float skip[PIECE], bias[PIECE];
  #pragma unroll
  for (int i = 0; i < PIECE; i++) {
    skip[i] = args.D && WALK == OUTPUTS ? args.D[task.direction * CHANNELS + channel + i] : 0.f;
    bias[i] = args.bias ? args.bias[task.direction * CHANNELS + channel + i] * LOG2E : 0.f;
  }

  // What it copies: WIDE elements each of one row of several arrays, which lie behind one another as in Rows.
  constexpr int THREADS = 32 * PARTS, OF_ARRAY = ROUND * 32 / WIDE, TOGETHER = THREADS / OF_ARRAY;
  constexpr int ARRAYS = LEG == ADDING ? 5 : 3 + GATED, COPIES = (ARRAYS + TOGETHER - 1) / TOGETHER;
  static_assert(THREADS % OF_ARRAY == 0, "a thread copies the same piece of each array");
  const int row_copied = threadIdx.x % OF_ARRAY / (32 / WIDE), piece_copied = threadIdx.x % (32 / WIDE) * WIDE;
  auto token = [&](int row) {
    const int step = WALK == ADJOINT ? end - 1 - row : start + row;
    return (long long)task.clip * length + (forwards ? step : length - 1 - step);
  };
  const act* from[COPIES];
  int stride[COPIES];
  auto array_of = [](int copy) { return (int)threadIdx.x / OF_ARRAY + copy * TOGETHER; };
  #pragma unroll
  for (int i = 0; i < COPIES; i++) {
    const int array = array_of(i);
    const long long at_token = token(row_copied), in_sequence = at_token + (long long)task.direction * args.batch * length;
    const int column = array == 2 || base + piece_copied < CHANNELS ? piece_copied : -base;    // behind the last channel the first ones again: they are never used
    const act* u = WALK == ADJOINT ? args.u + task.direction * args.dy_direction + at_token * DY_ROW + base : args.u + in_sequence * CHANNELS + base;
    const act* delta = args.delta + task.direction * args.delta_direction + at_token * DELTA_ROW + base;
    const act* met = args.y + (1 - task.direction) * args.y_direction + at_token * Y_ROW + base;
    from[i] = column + (array == 0 ? u : array == 1 ? delta : array == 2 ? args.bc + in_sequence * BC_ROW : array == 3 ? args.z + at_token * Z_ROW + base : met);
    stride[i] = sign * ROUND * (array == 0 ? (WALK == ADJOINT ? DY_ROW : CHANNELS) : array == 1 ? DELTA_ROW : array == 2 ? BC_ROW : array == 3 ? Z_ROW : Y_ROW);
  }
  auto fetch = [&](int round) {
    act* to = shared.ring[round & (STAGES - 1)].u + threadIdx.x * WIDE;
    const bool in = ROUND * round < end - start - row_copied;
    #pragma unroll
    for (int i = 0; i < COPIES; i++) {
      if (((i + 1) * TOGETHER <= ARRAYS || array_of(i) < ARRAYS) && (GATE || array_of(i) != 3)) copy16(to + i * THREADS * WIDE, from[i], in);
      from[i] += stride[i];
    }
    copy_commit();
  };
  const int rest = end - start - g;                              // round r has a row g where ROUND * r < rest
  act* y = args.y + (LEG == ADDING ? 0 : task.direction * args.y_direction) + (token(g) - sign * ROUND) * Y_ROW + channel;      // of the round before
  float fed[2 * PIECE], maps[PIECE];                           // of the next round
  auto prepare = [&](int round, const Rows<MEETING>& of) {
    const float valid = ROUND * round < rest ? 1.f : 0.f;        // a step past the end is none: the state stays
    float input[PIECE], s[PIECE], gate[PIECE];
    widen<PIECE>(of.u + at, input); widen<PIECE>(of.delta + at, s); widen<PIECE>(of.bc + at, maps);
    if (GATED && WALK == ADJOINT) widen<PIECE>(of.z + at, gate);
    #pragma unroll
    for (int i = 0; i < PIECE; i++) {
      const float l = valid * step_size(fmaf(s[i], LOG2E, bias[i]));
      fed[2 * i] = l;
      fed[2 * i + 1] = WALK != ADJOINT ? l * input[i] : GATED ? LN2 * input[i] * silu(gate[i]) : LN2 * input[i];
    }
  };
  auto hand_over = [&](Prepared<WALK>& to) {
    put<2 * PIECE>(fed, &to.fed[at].x);
    put<PIECE>(maps, &to.bc[0].x + at);
  };
  auto finish = [&](int round, const Rows<MEETING>& of, const Prepared<WALK>& walked) {
    float out[PIECE], input[PIECE], gate[PIECE];
    take<PIECE>(walked.y[0] + at, out);
    #pragma unroll
    for (int p = 1; p < (WALK == OUTPUTS ? PARTS : 1); p++) {
      float more[PIECE];
      take<PIECE>(walked.y[p] + at, more);
      #pragma unroll
      for (int i = 0; i < PIECE; i++) out[i] += more[i];
    }
    widen<PIECE>(of.u + at, input);
    #pragma unroll
    for (int i = 0; i < PIECE; i++) out[i] = fmaf(LN2, out[i], skip[i] * input[i]);
    if (LEG == ADDING) {
      float more[PIECE];
      widen<PIECE>(of.met + at, more);
      #pragma unroll
      for (int i = 0; i < PIECE; i++) out[i] += more[i];
    }
    if (GATED) {
      widen<PIECE>(of.z + at, gate);
      #pragma unroll
      for (int i = 0; i < PIECE; i++) out[i] *= silu(gate[i]);
    }
    if (inside && round >= 0 && ROUND * round < rest) narrow<PIECE>(out, y);
    y += sign * ROUND * Y_ROW;
  };
  
  for (int i = 0; i < AHEAD; i++) fetch(i);
  copy_wait<AHEAD - 1>();
  __syncthreads();
  prepare(0, shared.ring[0]);
  hand_over(shared.rounds[0]);
  int mark = 0;
  const int marked = KEEPING && args.marks ? (length + args.marked - 1) / args.marked : 0;
  const int rounds = (end - start + ROUND - 1) / ROUND;
  #pragma unroll 1
  for (int round = 0; round < rounds; round++) {
    copy_wait<AHEAD - 2>();
    __syncthreads();                                         // this round is prepared, the one before it walked; the next one's rows are there
    Prepared<WALK>&now = shared.rounds[round & 1], &other = shared.rounds[~round & 1];          // other: of the round before, then of the next one
    if (WALK == OUTPUTS) finish(round - 1, shared.ring[(round - 1) & (STAGES - 1)], other);
    fetch(round + AHEAD);
    prepare(round + 1, shared.ring[(round + 1) & (STAGES - 1)]);
    if (WALK != ADJOINT && (KEEPING || WALK == ENDS) && args.kept && live) {
      store_states(h, args.kept + (sequence * ((length + EVERY - 1) / EVERY) + start / EVERY + round) * N * CHANNELS + own);
    }
    if (KEEPING && args.marks && ROUND * round == mark) {
      if (live) store_states(h, args.marks + (sequence * marked + mark / args.marked) * N * CHANNELS + own);
      mark += args.marked;
    }
    float outputs[ROUND];                                     // stored at the end: a store would hold back the next step's loads
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
      outputs[p] = even + odd;
    }
    #pragma unroll
    for (int p = 0; p < ROUND; p++) if (WALK == OUTPUTS) now.y[part][32 * p + lane] = outputs[p];
    hand_over(other);
  }
  copy_wait<0>();
  if (WALK == OUTPUTS) {
    __syncthreads();
    finish(rounds - 1, shared.ring[(rounds - 1) & (STAGES - 1)], shared.rounds[(rounds - 1) & 1]);
  }
  if (after && live) store_states(h, after + own);
  if (WALK != OUTPUTS && sums && live && state == 0) put<R>(sum, sums + c);
}

template<int WALK, bool KEEPING> DEVICE void scan_chunk(const ScanForwardArguments& args, Shared<WALK, false>& shared) {
  const Task task = chunk_of_block(args);
  const long long chunks = (args.length + args.chunk - 1) / args.chunk, row = sequence_of(args, task) * chunks + task.k, states = row * N * CHANNELS;
  scan<WALK, KEEPING, ALONE>(
    args, task, args.first ? args.first + states : nullptr, args.last ? args.last + states : nullptr, args.sums ? args.sums + row * CHANNELS : nullptr, shared);
}

template<bool MEETING> DEVICE void scan_piece(const ScanForwardArguments& args, Shared<OUTPUTS, MEETING>& shared) {
  const Task task = take_piece<MEETING>(args);
  const int pieces = pieces_of<MEETING>(args);
  const bool adding = MEETING && task.k >= pieces, last = task.k == (MEETING ? 2 : 1) * pieces - 1;
  const long long states = sequence_of(args, task) * N * CHANNELS;
  const float* before = task.k > 0 ? args.between + states : args.first ? args.first + states : nullptr;
  float* after = !last ? args.between + states : args.last ? args.last + states : nullptr;
  if (threadIdx.x == 0) {
    wait_for(done(args, task, task.direction), task.k);
    if (adding) wait_for(done(args, task, 1 - task.direction), pieces);
  }
  __syncthreads();
  if constexpr (!MEETING) scan<OUTPUTS, false, ALONE>(args, task, before, after, nullptr, shared);
  else if (adding) scan<OUTPUTS, false, ADDING>(args, task, before, after, nullptr, shared);
  else scan<OUTPUTS, false, LEAVING>(args, task, before, after, nullptr, shared);
  __syncthreads();
  if (threadIdx.x == 0) store_release(done(args, task, task.direction), task.k + 1);
}

// 32 PARTS threads. A block of all but scan_meeting and scan_pieces walks a chunk.
#define KERNEL(BLOCKS) extern "C" __global__ void __launch_bounds__(32 * PARTS, BLOCKS)

KERNEL(BLOCKS) scan_forward(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, false> shared;
  scan_chunk<OUTPUTS, false>(args, shared);
}

// The same, leaving kept states and marks: apart, so that scan_forward does without the code for it.
KERNEL(BLOCKS) scan_keeping(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, false> shared;
  scan_chunk<OUTPUTS, true>(args, shared);
}

KERNEL(BLOCKS) scan_ends(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<ENDS, false> shared;
  scan_chunk<ENDS, false>(args, shared);
}

KERNEL(BLOCKS) adjoint_ends(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<ADJOINT, false> shared;
  scan_chunk<ADJOINT, false>(args, shared);
}

KERNEL(BLOCKS) scan_pieces(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, false> shared;
  scan_piece<false>(args, shared);
}

// Both directions.
KERNEL(MEETING_BLOCKS) scan_meeting(const __grid_constant__ ScanForwardArguments args) {
  __shared__ Shared<OUTPUTS, true> shared;
  scan_piece<true>(args, shared);
}
