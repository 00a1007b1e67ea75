using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>The functions of the scan to float32 accuracy: exponential by range reduction and polynomial, and what follows from it.</summary>
internal static class LaneMath
{
    public const float Log2E = 1.44269504f;
    public const float Ln2 = 0.693147181f;
    public const int ExponentBias = 127;
    public const int MantissaBits = 23;

    /// <summary>At and below this power of two the result is 0.</summary>
    public const float LowestExponent = -127;

    /// <summary>At and above this power of two the result is infinity.</summary>
    public const float HighestExponent = 128;

    /// <summary>2^x for x in [0, 1): minimax polynomial of degree 5, relative error 8e-8, exactly 1 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp2OfFraction<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var p = TLanes.MultiplyAdd(x, TLanes.Broadcast(1.867130072e-3f), TLanes.Broadcast(9.017030316e-3f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(5.579991311e-2f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(2.401644502e-1f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(6.931513118e-1f));
        return TLanes.MultiplyAdd(x, p, TLanes.Broadcast(1));
    }

    /// <summary>log(1 + w) for w in [0, 1], with a relative error of 2e-7 also where w is tiny.</summary>
    /// <remarks>2 artanh(s) with s = w / (2 + w) of at most 1/3, whose odd series ends early.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log1P<TLanes>(TLanes w)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var two = TLanes.Broadcast(2);
        var s = w / (two + w);
        var square = s * s;
        var p = TLanes.MultiplyAdd(square, TLanes.Broadcast(2.802445858e-1f), TLanes.Broadcast(2.799914115e-1f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(4.002169906e-1f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(6.666641313e-1f));
        return s * TLanes.MultiplyAdd(square, p, two);
    }

    /// <summary>log(1 + exp(x)) without overflow; from x = 17 up it is x in float32, so that torch's threshold of 20 needs no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Softplus<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var small = TLanes.Exp2(TLanes.Abs(x) * TLanes.Broadcast(-Log2E));
        return TLanes.Max(TLanes.Broadcast(0), x) + Log1P(small);
    }

    /// <summary>1 / (1 + exp(-x)): the derivative of softplus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sigmoid<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Broadcast(1);
        return one / (one + TLanes.Exp2(x * TLanes.Broadcast(-Log2E)));
    }

    /// <summary>x sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Silu<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x * Sigmoid(x);

    /// <summary>The derivative of SiLU from its argument and that argument's sigmoid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SiluDerivative<TLanes>(TLanes x, TLanes sigmoid)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Broadcast(1);
        return sigmoid * TLanes.MultiplyAdd(x, one - sigmoid, one);
    }
}
