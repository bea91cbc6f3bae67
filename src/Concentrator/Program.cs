using Concentrator.Board;

Console.WriteLine(Identity.Measure());
