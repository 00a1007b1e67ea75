using Microsoft.ML.VideoMamba.Video;

/// <summary>
/// Clips whose class only time tells: a piece of clothing and a shoe cross the picture one after the other, both to the left or both to the right. The four
/// classes are who comes first and which way they go. From each pair of pictures one clip of every class is made, and all four have the very same frames in
/// different orders: whatever looks at frames without their order, one by one or all together, is right in a quarter of cases.
/// </summary>
internal static class MotionClips
{
    public const int Frames = 8, Side = 40;

    private const int Steps = Frames / 2, Step = 4;

    public static IReadOnlyList<string> Classes { get; } = ["clothing first, left", "clothing first, right", "shoe first, left", "shoe first, right"];

    /// <summary>Fashion-MNIST's numbers of shoes; bags, which are neither, are left out.</summary>
    public static bool IsShoe(int label) => label is 5 or 7 or 9;

    public static bool IsClothing(int label) => label is not (5 or 7 or 8 or 9);

    /// <summary>A clip of each class, in the order of <see cref="Classes"/>.</summary>
    /// <param name="clothing">28 x 28 grey levels.</param>
    /// <param name="shoe">28 x 28 grey levels.</param>
    /// <param name="random">Draws how high they cross.</param>
    public static IReadOnlyList<VideoClip> Of(ReadOnlySpan<byte> clothing, ReadOnlySpan<byte> shoe, Random random)
    {
        int clothingTop = random.Next(Side - FashionMnist.Side + 1), shoeTop = random.Next(Side - FashionMnist.Side + 1);
        var clothes = new ReadOnlyMemory<byte>[Steps];
        var shoes = new ReadOnlyMemory<byte>[Steps];
        for (int i = 0; i < Steps; i++) (clothes[i], shoes[i]) = (Draw(clothing, clothingTop, i * Step), Draw(shoe, shoeTop, i * Step));
        return
        [
            Clip([.. clothes.Reverse(), .. shoes.Reverse()]),
            Clip([.. clothes, .. shoes]),
            Clip([.. shoes.Reverse(), .. clothes.Reverse()]),
            Clip([.. shoes, .. clothes]),
        ];
    }

    private static VideoClip Clip(ReadOnlyMemory<byte>[] frames) => new("motion", Side, Side, frames);

    private static byte[] Draw(ReadOnlySpan<byte> picture, int top, int left)
    {
        byte[] frame = new byte[Side * Side * 3];
        for (int y = 0; y < FashionMnist.Side; y++)
        {
            for (int x = 0; x < FashionMnist.Side; x++) frame.AsSpan(((top + y) * Side + left + x) * 3, 3).Fill(picture[y * FashionMnist.Side + x]);
        }

        return frame;
    }
}
