// Writes clips whose class only motion tells: a texture that moves left, right, up or down.
//   MovingTextures DIR [PER_CLASS [SEED]] [--frames]         --frames writes uncompressed frames (.pnm) instead of MP4 files
bool asFrames = args.Contains("--frames");
if (args.Where(argument => argument != "--frames").ToArray() is not [var folder, .. var rest])
{
    Console.Error.WriteLine("MovingTextures DIR [PER_CLASS [SEED]] [--frames]");
    return 2;
}

int perClass = rest.Length > 0 ? int.Parse(rest[0]) : 60, seed = rest.Length > 1 ? int.Parse(rest[1]) : 1;
MovingTextures.Write(folder, perClass, seed: seed, asFrames: asFrames);
Console.WriteLine($"{folder}: {MovingTextures.Classes.Count * perClass} clips");
return 0;
