// The short convolution with its SiLU and the outputs' product with x_proj, both directions in one launch: u is written and never read.
//
// Glossary, beyond conv.cuh's
//   p  x_proj, (directions, SELECTED, CHANNELS)      selection = u p', (directions, batch, length, SELECTED)
//
// A warp takes OF_WARP tokens of a clip in one direction through all channels, AT_ONCE at a time, with the sums of their selections in registers. It numbers them so
// that a token's history lies behind it: token 0 is its first one towards the end (STEP 1) or its last one towards the start (STEP -1), negative ones are history.
// Row i of its shared memory first holds x of token i - REACH. A lane convolves two channels and leaves u of token i in row i, where no one needs x any more: the rows
// become the left operand of tensor instructions. There are two stages of rows: one is worked on while the copies into the other are under way. The right operand
// is copied once for all warps of a block, while they convolve.
#define WIDTH 2
#include "conv.cuh"
#define OF_WARP 32               // tokens
#define AT_ONCE (32 * WIDTH)     // channels
#if F32 || TAPS != 4 || CHANNELS % AT_ONCE
#error "bfloat16, TAPS 4, CHANNELS a multiple of AT_ONCE"
#endif
#ifndef SELECTED
#define SELECTED 48              // a multiple of 8
#endif
#ifndef WARPS
#define WARPS 8                  // of a block; even, so that both directions of some tokens lie in one
#endif
#define BLOCKS 2                 // that a multiprocessor has registers for
#define TILES (SELECTED / 8)
#define ROWS (REACH + OF_WARP)
#define ROW (AT_ONCE + 8)        // 16 bytes more than are used, so that lanes across rows meet different banks
#define PIECES (AT_ONCE / 8)     // copies of 16 bytes that make a row

struct ConvSelectArguments {
  const act* x;
  const float *w, *b;            // b may be null
  const act* p;
  act *u, *selection;
  int batch, length;
};

struct __align__(16) Shared {
  act rows[WARPS][2][ROWS][ROW];
  act p[DIRECTIONS * SELECTED][ROW];
};
static_assert(sizeof(Shared) == (WARPS * 2 * (OF_WARP + TAPS - 1) + DIRECTIONS * SELECTED) * (2 * AT_ONCE + 16), "CudaSelection.SharedBytes says the same");

template<int STEP> struct Walk {
  int start, count;              // token 0, in its clip; how many are in the clip
  DEVICE int place(int token) const { return start + STEP * token; }
};

// Asks for x of channels c to c + AT_ONCE - 1, zeros beyond the clip's ends. The other direction's warp asks for the same rows at about the same time.
template<int STEP> DEVICE void fetch_x(act (*rows)[ROW], const act* clip_x, const Walk<STEP>& walk, int length, int c) {
  const int lane = threadIdx.x % 32, row = lane / PIECES, channel = lane % PIECES * 8, place = walk.place(row - REACH);
  const act* from = clip_x + (long long)place * X_ROW + c + channel;
  #pragma unroll
  for (int i = 0; i < ROWS; i += 32 / PIECES) {
    if (row + i >= ROWS) break;
    copy16_by_l1(&rows[row + i][channel], from + STEP * i * X_ROW, (unsigned)(place + STEP * i) < (unsigned)length);
  }
}

// Asks for p of those channels, both directions'.
DEVICE void fetch_p(act (*to)[ROW], const act* p, int c) {
  #pragma unroll 1
  for (int i = threadIdx.x; i < DIRECTIONS * SELECTED * PIECES; i += 32 * WARPS) {
    const int row = i / PIECES, channel = i % PIECES * 8;
    copy16(&to[row][channel], p + row * CHANNELS + c + channel, true);
  }
}

// A lane's two channels, from `channel` of both directions': x in the rows becomes u there, and u goes to global memory, where `u` points at token 0's.
template<int STEP> DEVICE void convolve(act (*rows)[ROW], const ConvSelectArguments& args, int channel, const Walk<STEP>& walk, act* u) {
  constexpr int RUN = 8;         // tokens in registers
  const f4 w[2] = {load_constant((const f4*)(args.w + channel * TAPS)), load_constant((const f4*)(args.w + channel * TAPS) + 1)};
  const f2 b = args.b ? load_constant((const f2*)(args.b + channel)) : f2{0.f, 0.f};
  const int own = WIDTH * (threadIdx.x % 32);
  float v[REACH + RUN][2];
  #pragma unroll
  for (int j = 0; j < REACH; j++) up2(*(const act2*)&rows[j][own], v[j]);
  #pragma unroll 1
  for (int first = 0; first < OF_WARP; first += RUN) {
    #pragma unroll
    for (int j = 0; j < RUN; j++) up2(*(const act2*)&rows[first + REACH + j][own], v[REACH + j]);
    #pragma unroll
    for (int j = 0; j < RUN; j++) {
      float sum[2] = {b.x, b.y};
      #pragma unroll
      for (int k = 0; k < 2; k++) {
        sum[k] = fmaf(w[k].x, v[j][k], sum[k]);
        sum[k] = fmaf(w[k].y, v[j + 1][k], sum[k]);
        sum[k] = fmaf(w[k].z, v[j + 2][k], sum[k]);
        sum[k] = fmaf(w[k].w, v[j + 3][k], sum[k]);
        if (SILU) sum[k] = silu(sum[k]);
      }
      const act2 both = down2(sum);
      *(act2*)&rows[first + j][own] = both;
      if (first + j < walk.count) *(act2*)(u + STEP * j * CHANNELS) = both;
    }
    u += STEP * RUN * CHANNELS;
    #pragma unroll
    for (int j = 0; j < REACH; j++) {
      #pragma unroll
      for (int k = 0; k < 2; k++) v[j][k] = v[RUN + j][k];
    }
  }
}

// sums += u p' of AT_ONCE channels: 16 tokens by 8 selected by 16 channels at a time.
DEVICE void select(const act (*rows)[ROW], const act (*p)[ROW], float (&sums)[2][TILES][4]) {
  const int lane = threadIdx.x % 32;
  #pragma unroll
  for (int c = 0; c < AT_ONCE; c += 32) {
    unsigned left[2][2][4];      // of each 16 channels, each 16 tokens
    #pragma unroll
    for (int i = 0; i < 4; i++) load_matrices(left[i / 2][i % 2], &rows[16 * (i % 2) + lane % 16][c + 16 * (i / 2) + lane / 16 * 8]);
    #pragma unroll
    for (int tile = 0; tile < TILES; tile++) {
      unsigned right[4];
      load_matrices(right, &p[8 * tile + lane % 8][c + lane / 8 * 8]);
      #pragma unroll
      for (int m = 0; m < 2; m++) mma16(sums[m][tile], left[0][m], right[0], right[1]);
      #pragma unroll
      for (int m = 0; m < 2; m++) mma16(sums[m][tile], left[1][m], right[2], right[3]);
    }
  }
}

// `selection` points at token 0's.
template<int STEP> DEVICE void store(const float (&sums)[2][TILES][4], const Walk<STEP>& walk, act* selection) {
  const int lane = threadIdx.x % 32, g = lane / 4, q = lane % 4;
  #pragma unroll
  for (int i = 0; i < 4; i++) {
    const int m = i / 2, half = i % 2, j = 16 * m + 8 * half + g;
    if (j >= walk.count) continue;
    act* to = selection + STEP * j * SELECTED + 2 * q;
    #pragma unroll
    for (int tile = 0; tile < TILES; tile++) *(act2*)(to + 8 * tile) = down2(sums[m][tile] + 2 * half);
  }
}

// A warp behind the last clip has no tokens: it only copies its part of p.
template<int STEP> DEVICE void convolve_and_select(Shared& shared, const ConvSelectArguments& args, int direction, int clip, int first) {
  const int lane = threadIdx.x % 32, length = clip < args.batch ? args.length : 0, count = min(OF_WARP, length - first);
  auto stages = shared.rows[threadIdx.x / 32];
  const Walk<STEP> walk = {STEP > 0 ? first : first + count - 1, count};
  const act* x = args.x + (long long)clip * length * X_ROW;
  const long long token = ((long long)direction * args.batch + clip) * length + walk.start;
  act* u = args.u + token * CHANNELS + WIDTH * lane;
  float sums[2][TILES][4] = {};

  fetch_x(stages[0], x, walk, length, 0);
  copy_commit();
  #pragma unroll 1
  for (int c = 0, stage = 0; c < CHANNELS; c += AT_ONCE, stage ^= 1) {
    copy_wait<0>();
    __syncthreads();               // all lanes' copies of x are there, and no warp reads the p before any more
    fetch_p(shared.p, args.p, c);
    copy_commit();
    if (c + AT_ONCE < CHANNELS) fetch_x(stages[stage ^ 1], x, walk, length, c + AT_ONCE);
    copy_commit();
    convolve(stages[stage], args, direction * CHANNELS + c + WIDTH * lane, walk, u + c);
    copy_wait<1>();
    __syncthreads();               // all warps' copies of p are there, and all lanes' u
    select(stages[stage], shared.p + direction * SELECTED, sums);
  }
  store(sums, walk, args.selection + token * SELECTED);
}

// grid ceil(batch * ceil(length / OF_WARP) * DIRECTIONS / WARPS), 32 WARPS threads: directions lie side by side, for both read the same rows
extern "C" __global__ void __launch_bounds__(32 * WARPS, BLOCKS) conv_select(const __grid_constant__ ConvSelectArguments args) {
  extern __shared__ __align__(16) char memory[];
  Shared& shared = *(Shared*)memory;
  const int warp = blockIdx.x * WARPS + threadIdx.x / 32, direction = warp % DIRECTIONS, tile = warp / DIRECTIONS;
  const int tiles = (args.length + OF_WARP - 1) / OF_WARP, clip = tile / tiles, first = tile % tiles * OF_WARP;
  if ((direction ^ REVERSE) == 0) convolve_and_select<1>(shared, args, direction, clip, first);
  else convolve_and_select<-1>(shared, args, direction, clip, first);
}
