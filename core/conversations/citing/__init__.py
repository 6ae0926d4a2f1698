"""The numbered sources below an answer, and the passages behind them."""
