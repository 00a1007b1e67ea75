// Makes training sets of Fashion-MNIST: pictures of ten kinds, or short clips whose class only the order of their frames tells.
//   FashionClips images|clips SOURCE OUTPUT [TRAIN VALIDATION]
// SOURCE holds the four .gz files (Debian: package dataset-fashion-mnist, /usr/share/datasets/fashion-mnist). OUTPUT gets train and val with a sub-folder for
// each class, of Netpbm files of one picture or eight: they need no native library to be read. TRAIN and VALIDATION count pictures, or clips.
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

if (args is not [var kind and ("images" or "clips"), var source, var output, .. var counts] || counts is not ([] or [_, _]))
{
    Console.Error.WriteLine("FashionClips images|clips SOURCE OUTPUT [TRAIN VALIDATION]");
    return 2;
}

int[] most = counts is [] ? kind == "images" ? [60_000, 10_000] : [6_000, 1_000] : [.. counts.Select(int.Parse)];
foreach (var (part, published, wanted, seed) in new[] { ("train", "train", most[0], 1), ("val", "t10k", most[1], 2) })
{
    var pictures = FashionMnist.Read(source, published);
    string folder = Path.Combine(output, part);
    int made = kind == "images" ? WriteImages(pictures, folder, wanted) : WriteClips(pictures, folder, wanted, seed);
    Console.WriteLine($"{folder}: {made} {kind} of {(kind == "images" ? FashionMnist.Names.Count : MotionClips.Classes.Count)} classes");
}

return 0;

static int WriteImages(FashionMnist pictures, string folder, int wanted)
{
    int count = Math.Min(wanted, pictures.Count);
    Parallel.For(0, count, i =>
    {
        byte[] frame = [.. pictures.Image(i).ToArray().SelectMany(level => new[] { level, level, level })];
        NetpbmFile.Write(Path.Combine(folder, FashionMnist.Names[pictures.LabelOf(i)], $"{i:00000}.pnm"), new VideoClip("picture", FashionMnist.Side, FashionMnist.Side, [frame]));
    });
    return count;
}

static int WriteClips(FashionMnist pictures, string folder, int wanted, int seed)
{
    var random = new Random(seed);
    int[] clothing = [.. Enumerable.Range(0, pictures.Count).Where(i => MotionClips.IsClothing(pictures.LabelOf(i)))];
    int[] shoes = [.. Enumerable.Range(0, pictures.Count).Where(i => MotionClips.IsShoe(pictures.LabelOf(i)))];
    random.Shuffle(clothing);
    random.Shuffle(shoes);
    int pairs = Math.Min(wanted / MotionClips.Classes.Count, Math.Min(clothing.Length, shoes.Length));
    for (int i = 0; i < pairs; i++)
    {
        var clips = MotionClips.Of(pictures.Image(clothing[i]), pictures.Image(shoes[i]), random);
        Parallel.For(0, clips.Count, c => NetpbmFile.Write(Path.Combine(folder, MotionClips.Classes[c], $"{i:0000}.pnm"), clips[c]));
    }

    return pairs * MotionClips.Classes.Count;
}
