"""Ten spoken questions each way: Home Assistant as the hub's home, and Home Assistant's pipeline of Hark alone.

Read `ways` for how they are asked, `questions` for what is expected, `stages` for what the times mean.
"""
