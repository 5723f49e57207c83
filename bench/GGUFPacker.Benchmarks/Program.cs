using System.Diagnostics;
using GGUFPacker.Gguf.Quantization.KQuants;
using GGUFPacker.Gguf.Quantization.Lanes;
var x = new float[4096*4];
var r = new Random(1);
for (var i = 0; i < x.Length; i++) { x[i] = (float)(Half)((r.NextDouble() + r.NextDouble() + r.NextDouble() + r.NextDouble() - 2) * 0.03); }
var y = new byte[x.Length];
var best = new Dictionary<string,double>();
void T(string n, Action a) { for (int k=0;k<5;k++) { var s = Stopwatch.GetTimestamp(); a(); var e = Stopwatch.GetElapsedTime(s).TotalSeconds; best[n]=Math.Max(best.GetValueOrDefault(n), x.Length/e/1e6); } }
for (int round=0; round<int.Parse(args[0]); round++) {
T("Q4K 8", ()=>AffineKVector<Lanes8,Lanes8>.Quantize(4,x,y));
T("Q4K 8x2", ()=>AffineKVector<LanesPair<Lanes8>,Lanes8>.Quantize(4,x,y));
T("Q4K 16sw", ()=>AffineKVector<Lanes16,Lanes8>.Quantize(4,x,y));
T("Q6K 8", ()=>Q6_KVector<Lanes8,Lanes8>.Quantize(x,y));
T("Q6K 8x2", ()=>Q6_KVector<LanesPair<Lanes8>,Lanes8>.Quantize(x,y));
T("Q4K 4x2", ()=>AffineKVector<LanesPair<Lanes4>,Lanes4>.Quantize(4,x,y));
T("Q6K 4", ()=>Q6_KVector<Lanes4,Lanes4>.Quantize(x,y));
T("Q6K 4x2", ()=>Q6_KVector<LanesPair<Lanes4>,Lanes4>.Quantize(x,y));
}
foreach (var (a,b) in best) Console.WriteLine($"{a} {b:f1}");
