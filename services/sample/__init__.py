"""The sample federation: made-up people and bodies on Daye's map, with months of true history behind them.

`federation` writes it, through the services, on a clock that is led from the past to now.
"""
