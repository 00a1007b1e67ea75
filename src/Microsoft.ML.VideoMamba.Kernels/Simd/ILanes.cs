using System.Numerics;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>
/// A vector of float32 lanes of some hardware width. Kernels are written once against it; the compiler makes one body for each width.
/// </summary>
internal unsafe interface ILanes<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>, IMultiplyOperators<TSelf, TSelf, TSelf>, IDivisionOperators<TSelf, TSelf, TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* destination);

    /// <summary>Widens bfloat16 values, which are the upper halves of float32 ones.</summary>
    static abstract TSelf LoadBFloat16(ushort* source);

    /// <summary>Narrows to bfloat16, to nearest even; NaN stays NaN.</summary>
    static abstract void StoreBFloat16(TSelf value, ushort* destination);

    static abstract TSelf Broadcast(float value);

    /// <summary>a · b + c with one rounding where the hardware has it.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>a · b + c with one number for all lanes of b, which the hardware reads straight out of memory where it can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, float* b, TSelf c);

    /// <summary>The larger of each pair; NaN where <paramref name="b"/> is.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller of each pair; NaN where <paramref name="b"/> is.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf value);

    /// <summary>Lane by lane the second where <paramref name="x"/> is below zero, else the third.</summary>
    static abstract TSelf SelectNegative(TSelf x, TSelf negative, TSelf other);

    /// <summary>Whether any lane of <paramref name="a"/> is above that of <paramref name="b"/>; NaN is above nothing.</summary>
    static abstract bool AnyAbove(TSelf a, TSelf b);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>2^x, see <see cref="LaneMath"/>.</summary>
    static abstract TSelf Exp2(TSelf x);

    /// <summary>2^x with a relative error of 1e-4.</summary>
    static abstract TSelf CoarseExp2(TSelf x);

    /// <summary>1 / x with a relative error of 4e-4 at most.</summary>
    static abstract TSelf CoarseReciprocal(TSelf x);

    /// <summary>Writes the constants of <see cref="Exp2Parts"/>, as <see cref="Exp2Constants{TLanes}"/> keeps them.</summary>
    static abstract void StoreExp2Constants(float* destination);

    /// <summary>
    /// 2^x as scale · (1 + excess), which a recurrence multiplies in with two instructions, for |x| up to <see cref="LaneMath.LargestExponent"/>, beyond which
    /// it means nothing; NaN stays NaN. k0 to k4 are the vectors of <see cref="Exp2Constants{TLanes}"/>: loops keep them in registers.
    /// </summary>
    static abstract (TSelf Scale, TSelf Excess) Exp2Parts(TSelf x, TSelf k0, TSelf k1, TSelf k2, TSelf k3, TSelf k4);

    /// <summary><see cref="Exp2Parts"/> with a relative error of 6e-5, and less for small x, where one instruction can be saved so.</summary>
    static virtual (TSelf Scale, TSelf Excess) CoarseExp2Parts(TSelf x, TSelf k0, TSelf k1, TSelf k2, TSelf k3, TSelf k4) => TSelf.Exp2Parts(x, k0, k1, k2, k3, k4);

    /// <summary>The sum of the lanes, in an order that depends on the width only.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>
    /// Folds four vectors to four lanes each, which add up to the sum of all in an order that depends on the width only, and adds them to four times four
    /// numbers.
    /// </summary>
    static abstract void AddFolded(TSelf a, TSelf b, TSelf c, TSelf d, float* sums);

    /// <summary>Adds up four neighbours each of as many numbers as four vectors hold.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="sums">Receives a vector of sums.</param>
    static abstract void SumFours(float* numbers, float* sums);
}
