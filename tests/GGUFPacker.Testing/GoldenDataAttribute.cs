using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace GGUFPacker.Testing;

/// <summary>
/// Member data whose rows are found in the goldens: where there are none, one row that is skipped with that reason.
/// (A theory with SkipTestWithoutData reports the skip in xunit 4.0.2, and counts a failure.)
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GoldenDataAttribute(string memberName, params object?[] arguments) : MemberDataAttributeBase(memberName, arguments)
{
    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = await base.GetData(testMethod, disposalTracker).ConfigureAwait(false);
        if (rows is { Count: > 0 })
        {
            return rows;
        }

        var none = testMethod.GetParameters().Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null).ToArray();
        return [new TheoryDataRow(none) { Skip = "There is no reference data for this test." }];
    }
}
