using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Graph;

/// <summary>A stage that has become nodes, with the variables that a stage based on it inherits.</summary>
internal sealed record DispatchedStage(GraphStage Result, BuildVariables Variables);
