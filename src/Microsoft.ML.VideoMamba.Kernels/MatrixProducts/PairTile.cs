using System.Runtime.CompilerServices;
using Iced.Intel;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// The innermost loop of bfloat16 matrix products, C = A B for a tile of C that stays in registers: machine code assembled at first use, as .NET has no
/// intrinsics for AVX512-BF16. Its one instruction of arithmetic adds the products of two pairs of bfloat16 numbers to a float32 one, twice the work of a
/// float32 multiply-add.
/// </summary>
/// <remarks>Registers that a callee must keep, by Linux's rules or by Windows', are not touched.</remarks>
internal static unsafe class PairTile
{
    /// <summary>Rows of the tallest tile: with three vectors of B and one number of A, as many as there are registers.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a tile, three vectors.</summary>
    public const int Columns = 3 * Lanes;

    private const int Lanes = 16;
    private const int VectorSize = 64;

    private static readonly AssemblerRegisterZMM[] s_sums =
        [zmm4, zmm5, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31];

    private static readonly Lazy<Code> s_code = new(() => new Code());

    /// <summary>Whether the CPU multiplies so, and the system lets a process make code.</summary>
    public static bool IsSupported => KernelFaces.HasAvx512BFloat16 && Environment.Is64BitProcess && s_code.Value.IsComplete;

    /// <summary>Computes a tile.</summary>
    /// <param name="rows">Its rows, 1 to <see cref="Rows"/>.</param>
    /// <param name="single">Whether C is float32 instead of bfloat16.</param>
    /// <param name="tile">Where it lies.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int rows, bool single, PairTileArguments* tile) =>
        ((delegate* unmanaged[Cdecl, SuppressGCTransition]<PairTileArguments*, void>)s_code.Value.Tile(rows, single))(tile);

    private static byte[] Assemble(int rows, bool single)
    {
        var (a, aStride, lowerA, b, pairs, c, cStride, columns) = (r8, r9, rax, r10, r11, rdx, r9, rax);
        var tile = rcx;
        var code = new Assembler(64);
        if (!OperatingSystem.IsWindows()) code.mov(tile, rdi);
        code.mov(a, Argument(nameof(PairTileArguments.A)));
        code.mov(aStride, Argument(nameof(PairTileArguments.AStride)));
        code.mov(b, Argument(nameof(PairTileArguments.B)));
        code.mov(pairs, Argument(nameof(PairTileArguments.Pairs)));
        code.lea(lowerA, __[aStride + aStride * 2]);
        code.add(lowerA, a);
        foreach (var sum in s_sums[..(3 * rows)]) code.vpxord(sum, sum, sum);

        var loop = code.CreateLabel();
        code.Label(ref loop);
        code.vmovups(zmm0, __zmmword_ptr[b]);
        code.vmovups(zmm1, __zmmword_ptr[b + VectorSize]);
        code.vmovups(zmm2, __zmmword_ptr[b + 2 * VectorSize]);
        for (int row = 0; row < rows; row++)
        {
            var start = row < 3 ? a : lowerA;
            code.vpbroadcastd(zmm3, row % 3 == 0 ? __dword_ptr[start] : __dword_ptr[start + aStride * (row % 3)]);
            code.vdpbf16ps(s_sums[3 * row], zmm0, zmm3);
            code.vdpbf16ps(s_sums[3 * row + 1], zmm1, zmm3);
            code.vdpbf16ps(s_sums[3 * row + 2], zmm2, zmm3);
        }

        code.add(a, 2 * sizeof(ushort));
        code.add(lowerA, 2 * sizeof(ushort));
        code.add(b, 3 * VectorSize);
        code.dec(pairs);
        code.jnz(loop);

        code.mov(c, Argument(nameof(PairTileArguments.C)));
        code.mov(cStride, Argument(nameof(PairTileArguments.CStride)));
        code.mov(columns, Argument(nameof(PairTileArguments.Columns)));
        code.kmovq(k1, columns);
        code.kshiftrq(k2, k1, Lanes);
        code.kshiftrq(k3, k2, Lanes);
        for (int row = 0; row < rows; row++)
        {
            Store(s_sums[3 * row], 0, k1);
            Store(s_sums[3 * row + 1], 1, k2);
            Store(s_sums[3 * row + 2], 2, k3);
            code.add(c, cStride);
        }

        code.vzeroupper();
        code.ret();
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return bytes.ToArray();

        AssemblerMemoryOperand Argument(string field) => __qword_ptr[tile + (int)System.Runtime.InteropServices.Marshal.OffsetOf<PairTileArguments>(field)];

        void Store(AssemblerRegisterZMM sum, int vector, AssemblerRegisterK there)
        {
            if (single)
            {
                code.vmovups((__zmmword_ptr[c + vector * VectorSize]).Masked(there), sum);
                return;
            }

            code.vcvtneps2bf16(ymm0, sum);
            code.vmovdqu16((__ymmword_ptr[c + vector * VectorSize / 2]).Masked(there), ymm0);
        }
    }

    private static AssemblerMemoryOperand Masked(this AssemblerMemoryOperand memory, AssemblerRegisterK mask) =>
        mask == k1 ? memory.k1 : mask == k2 ? memory.k2 : memory.k3;

    /// <summary>The code of all tiles, for the life of the process.</summary>
    private sealed class Code
    {
        private readonly nint[] _tiles =
            [.. Enumerable.Range(0, 2 * Rows).Select(tile => (nint)ExecutableMemory.TryKeep(Assemble(tile / 2 + 1, single: tile % 2 == 1)))];

        public bool IsComplete => !_tiles.Contains(0);

        public nint Tile(int rows, bool single) => _tiles[2 * (rows - 1) + (single ? 1 : 0)];
    }
}
